import { type ChildProcess, spawn } from "node:child_process";
import { until } from "./until.ts";

/** A script of ours that goes on beside the test, with all it said so far. */
export type Running = ChildProcess & { text: () => string };

export function startScript(script: string, args: readonly string[]): Running {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  child.stderr.on("data", (chunk) => {
    text += chunk;
  });
  return Object.assign(child, { text: () => text });
}

/** Waits for what a running script brings about; whatever fails meanwhile is tried again, but not once the script has ended. */
export async function untilBy(script: Running, what: string, look: () => Promise<boolean>): Promise<void> {
  const hasEnded = () => script.exitCode !== null || script.signalCode !== null;
  const looking = async () => hasEnded() || (await look().catch(() => false));
  await until(what, looking, 600_000).catch((error: Error) => {
    throw new Error(`${error.message}: ${script.text().slice(-2000)}`);
  });
  if (hasEnded()) throw new Error(`It ended before ${what}: ${script.text().slice(-2000)}`);
}
