import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { join, relative } from "node:path";
import { buildSync } from "esbuild";
import { type FunctionName, functionNames } from "./permissions.ts";

const root = join(import.meta.dirname, "..");
// Inside the project, because source maps hold paths relative to here: every machine gets the same asset hash.
const place = join(root, ".understudy", "bundles");
const weekMs = 7 * 86_400_000;

/** Bundled CommonJS packages call require(), which an ES module does not have. */
const requireForModules = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

export type Bundles = { directoryOf(name: FunctionName): string };

/**
 * Every function's code in a directory of its own, dependencies included, so that what was tested is what runs. Made once from
 * the same sources and packages: templates are synthesised far more often than code changes.
 */
export function bundleFunctions(): Bundles {
  const directory = join(place, hashOfSources());
  if (!existsSync(directory)) make(directory);
  const now = new Date();
  utimesSync(directory, now, now);
  return { directoryOf: (name) => join(directory, name) };
}

/** All that a bundle is made from: our files, and the packages by the lock file. */
function hashOfSources(): string {
  const hash = createHash("sha256").update(process.version);
  const below = (directory: string) =>
    readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  const single = ["infra/bundle.ts", "infra/permissions.ts", "package-lock.json", "tsconfig.json"].map((file) =>
    join(root, file),
  );
  for (const path of [...below("functions"), ...below("shared"), ...single]) {
    const text = readFileSync(path);
    hash.update(`${relative(root, path)}\0${text.length}\0`).update(text);
  }
  return hash.digest("hex").slice(0, 24);
}

function make(directory: string): void {
  mkdirSync(place, { recursive: true });
  removeUnused();
  const building = mkdtempSync(join(place, "building-"));
  try {
    build(building);
    renameSync(building, directory);
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    // Another process may have finished the same bundles first.
    if (!existsSync(directory)) throw error;
  }
}

/** What no synthesis has used for a week, and what one that was killed left behind. */
function removeUnused(): void {
  for (const name of readdirSync(place)) {
    const path = join(place, name);
    const used = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - used > weekMs) rmSync(path, { recursive: true, force: true });
  }
}

/**
 * All in one go, not one `npx esbuild` a function as NodejsFunction does: 16 functions take a second instead of ten,
 * and the local stack starts with this step.
 */
function build(outdir: string): void {
  const entryPoints = functionNames.map((name) => [`${name}/index`, join(root, "functions", `${name}.ts`)]);
  buildSync({
    entryPoints: Object.fromEntries(entryPoints),
    absWorkingDir: root,
    outdir,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    outExtension: { ".js": ".mjs" },
    mainFields: ["module", "main"],
    // Half as much to load at a cold start; functions/support/stack-traces.ts leads stack traces back.
    minify: true,
    alias: {
      "@aws-sdk/credential-provider-node": join(root, "functions", "support", "credentials.ts"),
      // @stdlib's log of its own steps loads terminals and colours: a fifth of what the distributions cost a cold start.
      debug: join(root, "functions", "support", "no-debug.cjs"),
    },
    banner: { js: requireForModules },
    sourcemap: true,
    sourcesContent: false,
    logLevel: "error",
  });
}
