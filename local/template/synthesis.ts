import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join, relative } from "node:path";
import { StackError } from "../stack-error.ts";

const root = join(import.meta.dirname, "..", "..");
const cache = join(root, ".understudy", "synth");
const weekMs = 7 * 86_400_000;

/**
 * The CDK's output for stage `local`: templates and bundled functions, in a directory that is not changed afterwards.
 * In a child process, so that it runs while Java starts; kept under a hash of everything that goes into it, so that
 * only the first start after a change waits for it.
 * @param environment  as `process.env`: its SHADOW_* values go into the functions
 */
export async function synthesise(environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  const outdir = join(cache, await hashOfInputs(environment));
  if (existsSync(join(outdir, "manifest.json"))) {
    const now = new Date();
    await utimes(outdir, now, now);
    return outdir;
  }
  await mkdir(cache, { recursive: true });
  await removeOld();
  const building = await mkdtemp(join(cache, "building-"));
  try {
    await runApp(building, environment);
    await rename(building, outdir);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    // Another process may have finished the same synthesis first.
    if (!existsSync(join(outdir, "manifest.json"))) throw error;
  }
  return outdir;
}

function runApp(outdir: string, environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "infra", "app.ts")], {
      cwd: root,
      env: { ...environment, CDK_CONTEXT_JSON: JSON.stringify({ stage: "local" }), CDK_OUTDIR: outdir },
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

async function hashOfInputs(environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  const hash = createHash("sha256").update(process.version);
  for (const [name, text] of Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name.startsWith("SHADOW_") || name === "ENABLE_SHADOW_MODELS") hash.update(`${name}=${text}\n`);
  }
  const files = ["infra", "functions", "shared"].map((directory) => join(root, directory));
  for (const path of [...(await filesBelow(files)), join(root, "package-lock.json")]) {
    hash
      .update(relative(root, path))
      .update("\0")
      .update(await readFile(path));
  }
  return hash.digest("hex").slice(0, 24);
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

/** Entries no start has used for a week: a stack that is still running may load a function from a younger one. */
async function removeOld(): Promise<void> {
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    const used = await stat(path).catch(() => undefined);
    if (used && Date.now() - used.mtimeMs > weekMs) await rm(path, { recursive: true, force: true });
  }
}
