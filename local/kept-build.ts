import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

const place = join(import.meta.dirname, "..", ".understudy");
const weekMs = 7 * 86_400_000;

/** Everything a build is made from, in a fixed order; a new value of any of it is another build. */
export type BuiltFrom = readonly (string | Uint8Array)[];

/**
 * A directory that is made once from what it is built from, and not changed afterwards: only the first start after a
 * change waits for it.
 * @param name  what is built: a directory of its own below .understudy
 * @param build  fills the empty directory it is given
 */
export async function keptBuild(
  name: string,
  from: BuiltFrom,
  build: (directory: string) => Promise<void>,
): Promise<string> {
  const room = join(place, name);
  const kept = join(room, hashOf(from));
  if (existsSync(kept)) {
    const now = new Date();
    await utimes(kept, now, now);
    return kept;
  }
  await mkdir(room, { recursive: true });
  await removeUnused(room);
  const building = await mkdtemp(join(room, "building-"));
  try {
    await build(building);
    await rename(building, kept);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    // Another process may have finished the same build first.
    if (!existsSync(kept)) throw error;
  }
  return kept;
}

function hashOf(from: BuiltFrom): string {
  const hash = createHash("sha256");
  // With its length before it, so that no two lists read alike.
  for (const part of from) hash.update(`${part.length}\0`).update(part);
  return hash.digest("hex").slice(0, 24);
}

/** Builds no start has used for a week: a stack that is still running may load a function from a younger one. */
async function removeUnused(room: string): Promise<void> {
  for (const name of await readdir(room)) {
    const path = join(room, name);
    const used = await stat(path).catch(() => undefined);
    if (used && Date.now() - used.mtimeMs > weekMs) await rm(path, { recursive: true, force: true });
  }
}
