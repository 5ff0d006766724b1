import { createServer } from "node:http";
import type { TestProject } from "vitest/node";
import { type JavaProcess, startJava } from "../../local/dynamodb/java-process.ts";
import { javaProgram } from "../../local/dynamodb/java-program.ts";
import { listen } from "../../local/http/ports.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** POST /port makes a database there, /0 on a free port, and answers with the port; DELETE /port ends it. */
    databases: string;
  }
}

/**
 * Databases for tests that need any: each is one of its own, all run in one Java process. To start Java and to warm it costs more
 * processor time than what most tests do with it. Tests whose subject is its start, its end or its files start their own.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let java: Promise<JavaProcess> | undefined;
  const make = async (wanted: number): Promise<string> => {
    java ??= javaProgram().then((program) => startJava({ program, log: () => {} }));
    return String(await (await java).open(wanted));
  };

  const server = createServer(async (request, response) => {
    const port = Number(request.url?.slice(1));
    try {
      response.end(request.method === "POST" ? await make(port) : await (await java)?.close(port));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  const listening = await listen(server, 0);
  project.provide("databases", `http://127.0.0.1:${listening.port}`);
  return async () => {
    await listening.stop();
    await (await java)?.stop();
  };
}
