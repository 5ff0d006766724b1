import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { bundleFunctions } from "../../infra/bundle.ts";
import { functionNames } from "../../infra/permissions.ts";

describe("the bundles", () => {
  it("load by themselves, far from node_modules, and export their handlers", () => {
    const bundles = bundleFunctions();
    const urls = functionNames.map((name) => pathToFileURL(join(bundles.directoryOf(name), "index.mjs")).href);

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

    expect(loaded.stderr).toBe("");
    expect(JSON.parse(loaded.stdout)).toEqual(functionNames.map(() => "function"));
  });
});
