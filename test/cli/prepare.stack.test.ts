import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const script = (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: { prepare: string } })
  .scripts.prepare;

/** What npm runs at the end of an installation, in a copy of the project to which something was done. */
async function prepared(o: { without?: string; environment: Record<string, string> }) {
  const copy = await mkdtemp(join(tmpdir(), "understudy-prepare-"));
  try {
    for (const name of ["cli", "local", "infra", "functions", "shared", "package.json", "package-lock.json"])
      if (name !== o.without) await cp(join(root, name), join(copy, name), { recursive: true });
    await symlink(join(root, "node_modules"), join(copy, "node_modules"));
    const environment = { ...process.env, CI: "", ...o.environment };
    const { status, stdout, stderr } = spawnSync(script, {
      cwd: copy,
      shell: true,
      encoding: "utf8",
      env: environment,
    });
    return { status, said: stdout + stderr, made: existsSync(join(copy, ".understudy")) };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

const noJava = { JAVA_HOME: "/nowhere" };

test("an installation that nobody starts from makes nothing", async () => {
  expect(await prepared({ environment: { CI: "true" } })).toEqual({ status: 0, said: "", made: false });
});

test("whatever is missing, an installation does not fail and hears nothing of it", async () => {
  expect(await prepared({ without: "infra", environment: noJava })).toMatchObject({ status: 0, said: "" });
});
