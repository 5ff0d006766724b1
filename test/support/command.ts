import { execFile, spawnSync } from "node:child_process";

/** A command as a person runs it: a process of its own, from the top of the repository. */

export type Ran = { code: number; out: string; err: string };

const root = new URL("../..", import.meta.url);

/** @param options.environment  instead of this process's own */
export function run(
  command: string,
  args: readonly string[],
  options: { environment?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): Promise<Ran> {
  const { environment = process.env, timeoutMs = 600_000 } = options;
  const settings = { cwd: root, env: environment, timeout: timeoutMs, maxBuffer: 1e8 };
  return new Promise((resolve) =>
    execFile(command, [...args], settings, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
    ),
  );
}

/** A script of ours, by the Node that runs the tests. */
export const runScript = (script: string, ...args: readonly string[]): Promise<Ran> =>
  run(process.execPath, [script, ...args]);

let boto3: boolean | null = null;
/** Only a machine without Python or boto3 leaves out what needs them, and says so; the integration has both. */
export function hasBoto3(): boolean {
  boto3 ??= spawnSync("python3", ["-c", "import boto3"]).status === 0;
  return boto3;
}
