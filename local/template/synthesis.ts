import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { type BuiltFrom, keptBuild } from "../kept-build.ts";
import { StackError } from "../stack-error.ts";

const root = join(import.meta.dirname, "..", "..");

/**
 * The CDK's output for stage `local`: templates and bundled functions, in a directory that is not changed afterwards.
 * In a child process, so that it runs while Java starts.
 * @param environment  as `process.env`: its SHADOW_* values go into the functions
 */
export async function synthesise(environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  return keptBuild("synth", await inputs(environment), (directory) => runApp(directory, environment));
}

function runApp(outdir: string, environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "infra", "app.ts")], {
      cwd: root,
      env: {
        ...environment,
        CDK_CONTEXT_JSON: JSON.stringify({ stage: "local" }),
        CDK_OUTDIR: outdir,
        // CloudFormation's own checks are half of a synthesis; here nothing is deployed, and the tests make them.
        CDK_VALIDATION: "false",
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let complaint = "";
    child.stderr.on("data", (chunk) => {
      complaint += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      // infra/app.ts says an operator's mistake in one line; anything else is a fault of ours and comes whole.
      else if (/^[^\n]+\n?$/.test(complaint)) reject(new StackError(complaint.trim()));
      else reject(new Error(`infra/app.ts failed (exit code ${code}):\n${complaint}`));
    });
  });
}

async function inputs(environment: Readonly<Record<string, string | undefined>>): Promise<BuiltFrom> {
  const settings = Object.entries(environment)
    .filter(([name]) => name.startsWith("SHADOW_") || name === "ENABLE_SHADOW_MODELS")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => `${name}=${text}`);
  const sources = await filesBelow(["infra", "functions", "shared"].map((directory) => join(root, directory)));
  const files = await Promise.all(
    [...sources, join(root, "package-lock.json")].map(async (path) => [relative(root, path), await readFile(path)]),
  );
  return [process.version, settings.join("\n"), ...files.flat()];
}

async function filesBelow(directories: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const directory of directories) {
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) found.push(join(entry.parentPath, entry.name));
    }
  }
  return found.sort();
}
