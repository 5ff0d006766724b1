import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StackError } from "./stack-error.ts";

/**
 * Keeps a second stack out of a data directory: two DynamoDB Locals on one file would ruin it.
 * The lock of a process that has ended (kill -9) counts for nothing.
 * @returns gives the directory free again
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await makeDataDir(dataDir);
  const file = join(dataDir, "lock");
  const holder = Number(await readFile(file, "utf8").catch(() => "0"));
  if (holder !== process.pid && isAlive(holder)) {
    throw new StackError(`${dataDir} is in use by process ${holder}: stop it, or use another data directory`);
  }
  await writeFile(file, String(process.pid)).catch((error: NodeJS.ErrnoException) => {
    throw unusable(dataDir, error);
  });
  return () => rm(file, { force: true });
}

/**
 * Makes the directory with its parents, one step after the other: Node's own recursive mkdir never returns where the file system
 * answers "no such directory" for a parent that exists (below /proc, say).
 */
async function makeDataDir(path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await exists(at)); at = dirname(at)) {
    missing.unshift(at);
    if (dirname(at) === at) break;
  }
  try {
    for (const directory of missing) await mkdir(directory);
    if (!(await stat(path)).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
  } catch (error) {
    throw unusable(path, error as NodeJS.ErrnoException);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "you may not write there",
  EPERM: "you may not write there",
  EROFS: "the file system is read-only",
  ENOTDIR: "something of that name is no directory",
  EEXIST: "something of that name is no directory",
  ENOENT: "the file system takes no directories there",
  ENOSPC: "the disk is full",
};

function unusable(path: string, error: NodeJS.ErrnoException): StackError {
  const reason = reasons[error.code ?? ""] ?? error.message;
  return new StackError(`The data directory ${path} cannot be used: ${reason}. Choose another one with --data.`);
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
