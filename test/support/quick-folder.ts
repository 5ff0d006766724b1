import { mkdtempSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";
const BYTES_NEEDED = 256 * 2 ** 20;

/**
 * A temporary folder in memory where there is room for one: DynamoDB Local waits for the disk at every write. Whatever a
 * process had written is there after a kill -9 as it would be on disk.
 */
export function quickFolder(prefix: string): string {
  return mkdtempSync(join(hasRoom() ? MEMORY : tmpdir(), prefix));
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > BYTES_NEEDED;
  } catch {
    return false;
  }
}
