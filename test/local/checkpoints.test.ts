import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCheckpoints } from "../../local/streams/checkpoints.ts";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "understudy-test-"));
});

afterEach(() => rm(directory, { recursive: true }));

describe("checkpoints", () => {
  it("are there again after a restart, whole and without leftovers", async () => {
    const file = join(directory, "deep", "positions.json");
    const first = await openCheckpoints(file);
    for (let n = 1; n <= 100; n++) first.set("mapping shard", String(n));
    first.set("other", "5");
    await first.flush();

    const second = await openCheckpoints(file);

    expect([second.get("mapping shard"), second.get("other"), second.get("third")]).toEqual(["100", "5", undefined]);
    expect(await readdir(join(directory, "deep"))).toEqual(["positions.json"]);
  });

  it("are written while the stack runs, not only at its end", async () => {
    const file = join(directory, "positions.json");
    const checkpoints = await openCheckpoints(file);
    checkpoints.set("a", "1");
    await checkpoints.flush();

    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ a: "1" });
  });

  it("that cannot be read are an error, never a silent start from nothing", async () => {
    const file = join(directory, "positions.json");
    await writeFile(file, "{");

    await expect(openCheckpoints(file)).rejects.toThrow();
  });
});
