import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { type FunctionName, functionNames } from "./permissions.ts";

const root = join(import.meta.dirname, "..");

/** Bundled CommonJS packages call require(), which an ES module does not have. */
const requireForModules = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

export type Bundles = { directoryOf(name: FunctionName): string };

/**
 * Every function's code in a directory of its own, dependencies included, so that what was tested is what runs.
 * All in one go, not one `npx esbuild` a function as NodejsFunction does: 16 functions take a second instead of ten,
 * and the local stack starts with this step.
 */
export function bundleFunctions(): Bundles {
  // Inside the project, because source maps hold paths relative to here: every machine gets the same asset hash.
  const place = join(root, ".understudy");
  mkdirSync(place, { recursive: true });
  removeLeftovers(place);
  const outdir = mkdtempSync(join(place, "bundle-"));
  process.on("exit", () => rmSync(outdir, { recursive: true, force: true }));
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
  return { directoryOf: (name) => join(outdir, name) };
}

/** A synthesis that was killed could not clean up; none takes an hour. */
function removeLeftovers(place: string): void {
  for (const name of readdirSync(place)) {
    if (!name.startsWith("bundle-")) continue;
    const path = join(place, name);
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - made > 3_600_000) rmSync(path, { recursive: true, force: true });
  }
}
