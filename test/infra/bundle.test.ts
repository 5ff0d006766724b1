import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { bundleFunctions } from "../../infra/bundle.ts";
import { functionNames } from "../../infra/permissions.ts";

describe("the bundles", () => {
  it("load by themselves, far from node_modules, and export their handlers", () => {
    const bundles = bundleFunctions();
    const elsewhere = mkdtempSync(join(tmpdir(), "understudy-test-"));
    const urls = functionNames.map((name) => {
      const copy = join(elsewhere, name);
      cpSync(bundles.directoryOf(name), copy, { recursive: true });
      return pathToFileURL(join(copy, "index.mjs")).href;
    });

    const loaded = spawnSync(
      process.execPath,
      [
        "--input-type=module",
        "--eval",
        `const modules = await Promise.all(${JSON.stringify(urls)}.map((url) => import(url)));
         console.log(JSON.stringify(modules.map((module) => typeof module.handler)));`,
      ],
      { encoding: "utf8", env: { STAGE: "test", TRADES_TABLE: "t", STATE_TABLE: "s", AWS_REGION: "us-east-1" } },
    );

    rmSync(elsewhere, { recursive: true });
    expect(loaded.stderr).toBe("");
    expect(JSON.parse(loaded.stdout)).toEqual(functionNames.map(() => "function"));
  });
});

describe("whoever reads the route table", () => {
  it("loads schemas alone: no step, no statistics, nothing of AWS", () => {
    const entryPoints = [join(import.meta.dirname, "../../shared/api/contract/routes.ts")];
    const { metafile } = buildSync({
      entryPoints,
      bundle: true,
      write: false,
      metafile: true,
      external: ["zod"],
      format: "esm",
    });
    const loaded = Object.keys(metafile.inputs).map((path) => path.replace(/^.*?shared\//, "shared/"));
    const schemas = /^shared\/(api\/contract\/[\w-]+|domain\/(event|settings|snake-case|trade))\.ts$/;
    expect(loaded.length).toBeGreaterThan(8);
    expect(loaded.filter((path) => !schemas.test(path))).toEqual([]);
  });
});
