import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { keptBuild } from "../kept-build.ts";

const source = join(import.meta.dirname, "LoopbackDynamoDb.java");

/** Java ended without having compiled anything. */
export class CompilerError extends Error {
  override name = "CompilerError";
}

/**
 * The directory of LoopbackDynamoDb.class, compiled at the first start with this Java: to compile at every start, as Java does with
 * a source file, takes longer than half of the start itself.
 * @throws CompilerError, or what spawning threw
 */
export async function compiledLauncher(java: string, classPath: string): Promise<string> {
  return keptBuild("java", [java, classPath, await readFile(source)], (directory) =>
    compile(java, ["-cp", classPath, "-d", directory, source]),
  );
}

function compile(java: string, options: readonly string[]): Promise<void> {
  const compiler = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-m", "jdk.compiler/com.sun.tools.javac.Main"];
  return new Promise((resolve, reject) => {
    const all = [...compiler, "--release", "17", "-proc:none", "-nowarn", ...options];
    // What the compiler says is for whoever changes the source; people without a compiler get a line of their own.
    const child = spawn(java, all, { stdio: "ignore", windowsHide: true });
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new CompilerError(`${java} ended with ${code} and compiled nothing`)),
    );
  });
}
