import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StackError } from "./stack-error.ts";

/**
 * Keeps a second stack out of a data directory: two DynamoDB Locals on one file would ruin it.
 * The lock of a process that is gone (kill -9) counts for nothing.
 * @returns gives the directory free again
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, "lock");
  const holder = Number(await readFile(file, "utf8").catch(() => "0"));
  if (holder !== process.pid && isAlive(holder)) {
    throw new StackError(`${dataDir} is in use by process ${holder}: stop it, or use another data directory`);
  }
  await writeFile(file, String(process.pid));
  return () => rm(file, { force: true });
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0); // signal 0 only asks
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
