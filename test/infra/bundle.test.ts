import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
import { makeStarts } from "../../bench/starts.ts";
import { bundleFunctions } from "../../infra/bundle.ts";
import { type FunctionName, functionNames } from "../../infra/permissions.ts";
import { routeNames } from "../../shared/api/contract/routes.ts";
import { templatesOf, variablesOf } from "../support/synthesised.ts";

/** Made once for the whole file: each time takes seconds. */
const bundles = bundleFunctions();
const root = join(import.meta.dirname, "..", "..");
const textOf = (name: FunctionName) => readFileSync(join(bundles.directoryOf(name), "index.mjs"), "utf8");

describe("the bundles", () => {
  it("are kept by what they are made of: nothing of ours but functions and shared", () => {
    const sources = new Set(
      functionNames.flatMap((name) => {
        const file = join(bundles.directoryOf(name), "index.mjs.map");
        return (JSON.parse(readFileSync(file, "utf8")).sources as string[]).map((source) =>
          relative(root, join(file, "..", source)),
        );
      }),
    );
    const rooms = new Set([...sources].map((source) => source.split(sep)[0]));
    expect([...rooms].sort()).toEqual(["functions", "node_modules", "shared"]);
  });

  it("load by themselves, far from node_modules, and export their handlers", () => {
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

describe("a stack trace in the log of a minified bundle", () => {
  it("names files and lines of the source", () => {
    const url = pathToFileURL(join(bundles.directoryOf("status"), "index.mjs")).href;
    // Without a name of its table a function can do nothing, and says so.
    const failing = `const { handler } = await import(${JSON.stringify(url)});
      await handler({ headers: {}, requestContext: { requestId: "r", http: {} } }, {});`;

    const run = spawnSync(process.execPath, ["--input-type=module", "--eval", failing], {
      encoding: "utf8",
      env: { STAGE: "test", AWS_REGION: "us-east-1" },
    });

    const line = JSON.parse(run.stderr || run.stdout) as { error: { message: string; stack: string } };
    expect(line.error.message).toBe("the environment variable STATE_TABLE is not set");
    expect(line.error.stack).toMatch(/at \w+ \(functions\/support\/environment\.ts:\d+:\d+\)/);
    expect(line.error.stack).not.toContain("index.mjs");
  });
});

describe("what a function loads", () => {
  it("holds no message of the validator in other languages: half a megabyte that every cold start would read", () => {
    const chinese = functionNames.filter((name) => textOf(name).includes("\\u65E0\\u6548\\u8F93\\u5165"));
    expect(chinese).toEqual([]);
  });
});

/** Functions that compute: what they load of distributions they use. */
const computing = new Set<FunctionName>(["evaluate", "status", "comparison", "paths", "watch", "promote", "metrics"]);
/** The failure store is in S3, whose client is the largest. */
const counting = new Set<FunctionName>(["health", "sweep", "metrics"]);
const BUDGET_KB = { both: 1050, computing: 780, counting: 600, other: 450 };

describe("the size of a function's bundle", () => {
  it.each(functionNames)("of %s keeps to its budget: a cold start reads all of it", (name) => {
    const kilobytes = Buffer.byteLength(textOf(name)) / 1024;
    const [computes, counts] = [computing.has(name), counting.has(name)];
    const kind = computes && counts ? "both" : computes ? "computing" : counts ? "counting" : "other";
    expect(kilobytes).toBeLessThan(BUDGET_KB[kind]);
  });

  it("holds no library of distributions where nothing is computed, and no client that is not called", () => {
    const holding = (words: RegExp) => functionNames.filter((name) => words.test(textOf(name)));
    expect(holding(/jStat/).filter((name) => !computing.has(name))).toEqual([]);
    expect(holding(/AmazonSimpleNotificationService/).sort()).toEqual(["notify", "sweep"]);
    expect(holding(/ListObjectsV2/).sort()).toEqual(["health", "metrics", "sweep"]);
  });

  it("holds no search for credentials: Lambda hands them over", () => {
    expect(functionNames.filter((name) => /credential_process|GetRoleCredentials/.test(textOf(name)))).toEqual([]);
  });
});

describe("the start of a function", () => {
  /** 1.3 is what is aimed at (docs/DEPLOYMENT.md has the medians); the rest is what single starts differ by. */
  const RATIO_MAX = 1.4;
  const { service } = templatesOf("dev");
  const starts = makeStarts((name) => variablesOf(service, name), bundles);
  afterAll(starts.end);

  it.each(functionNames)("of %s costs little more than a bare handler's with the same clients", (name) => {
    let ratio = starts.againstFirstBare(name);
    // What is too slow is so every time; a busy machine is only at times.
    for (let tries = 1; ratio > RATIO_MAX && tries < 6; tries++) {
      const { bare, ours } = starts.pairOf(name);
      ratio = ours.cpuMs / bare.cpuMs;
    }
    expect(ratio).toBeLessThanOrEqual(RATIO_MAX);
  });

  it("is not held up by an option of Node: reading source maps as modules load is a sixth of it", () => {
    const optional = functionNames.filter((name) => "NODE_OPTIONS" in variablesOf(service, name));
    expect(optional).toEqual([]);
  });
});

const functionFile = (name: string) => `functions/${name}.ts`;
const routeTable = "shared/api/contract/routes.ts";
const { metafile } = buildSync({
  entryPoints: [...routeNames.map(functionFile), routeTable],
  absWorkingDir: root,
  bundle: true,
  write: false,
  outdir: "nowhere",
  metafile: true,
  packages: "external",
  format: "esm",
  platform: "node",
});

/** Files of shared a module loads: itself, what it imports, and what that imports. */
function loadedBy(path: string): string[] {
  const loaded = new Set([path]);
  for (const file of loaded)
    for (const { path: imported } of metafile.inputs[file]?.imports ?? []) loaded.add(imported);
  return [...loaded].filter((file) => file.startsWith("shared/"));
}

describe("a function of the interface", () => {
  it("builds the schemas of requests alone: those of all answers would lengthen every cold start", () => {
    const promised = routeNames.filter((name) => name !== "openapi");
    for (const name of promised) {
      // Two numbers, and how a period is read: no schema.
      const contract = loadedBy(functionFile(name)).filter((path) =>
        /^shared\/api\/contract\/(?!drawn-lines|period)/.test(path),
      );
      expect([name, contract.sort()]).toEqual([
        name,
        ["errors", "requests", "route-requests"].map((file) => `shared/api/contract/${file}.ts`),
      ]);
    }
  });
});

describe("whoever reads the route table", () => {
  it("loads schemas alone: no step, no statistics, nothing of AWS", () => {
    const loaded = loadedBy(routeTable);
    const schemas =
      /^shared\/(api\/contract\/[\w-]+|domain\/(event|gates\/gate-names|period|plain-text|settings|snake-case|trade|validation-words))\.ts$/;
    expect(loaded.length).toBeGreaterThan(8);
    expect(loaded.filter((path) => !schemas.test(path))).toEqual([]);
  });
});
