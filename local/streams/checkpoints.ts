import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * How far each mapping has come in each shard: the sequence number of the last record that is done with.
 * In a file when there is one, written whole and renamed, so that a crash leaves the old or the new one, never half.
 * A crash may lose the last moves: those records are delivered again, as Lambda may do at any time.
 */
export type Checkpoints = {
  get(key: string): string | undefined;
  set(key: string, sequenceNumber: string): void;
  /** Resolves when everything set so far is on disk. */
  flush(): Promise<void>;
};

/** @param file  undefined: kept in memory only */
export async function openCheckpoints(file: string | undefined): Promise<Checkpoints> {
  const positions = new Map(Object.entries(file ? await readPositions(file) : {}));
  let writing: Promise<void> | undefined;
  let dirty = false;

  async function writeUntilClean(path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    while (dirty) {
      dirty = false;
      await writeFile(`${path}.new`, `${JSON.stringify(Object.fromEntries(positions), undefined, 2)}\n`);
      await rename(`${path}.new`, path);
    }
    writing = undefined;
  }

  return {
    get: (key) => positions.get(key),
    set: (key, sequenceNumber) => {
      if (positions.get(key) === sequenceNumber) return;
      positions.set(key, sequenceNumber);
      if (!file) return;
      dirty = true;
      writing ??= writeUntilClean(file);
    },
    flush: async () => {
      await writing;
    },
  };
}

async function readPositions(file: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}
