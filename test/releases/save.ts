import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { runCommand } from "../../cli/terminal/command-line.ts";
import { release } from "../../infra/stages.ts";

/** `npm run save-release`: keeps this release's program, so that the next one can be held against it (test/contract/releases.test.ts). */
await runCommand("save-release", async () => {
  const { outputFiles } = buildSync({
    entryPoints: [join(import.meta.dirname, "program.ts")],
    bundle: true,
    write: false,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    // The tests' table stands behind these.
    external: ["@aws-sdk/*"],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: "error",
  });
  const directory = join(import.meta.dirname, "saved");
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${release.replace("Understudy ", "")}.mjs.gz`);
  writeFileSync(file, gzipSync(outputFiles[0]!.contents, { level: 9 }));
  console.log(file);
});
