import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The house's rules in biome.json can fail: each is broken once, in the room it guards, and Biome says so. */

const root = join(import.meta.dirname, "..");

/** File, what it holds, and the rule that refuses it. */
const offences: readonly (readonly [path: string, text: string, rule: string])[] = [
  ["shared/stats/rule/a.ts", 'export { z } from "zod";', "noRestrictedImports"],
  ["shared/stats/rule/b.ts", 'export * from "../../domain/b.ts";', "noRestrictedImports"],
  ["shared/stats/rule/c.ts", 'export { default } from "jstat";', "noRestrictedImports"],
  ["shared/domain/a.ts", 'export * from "../pipeline/a.ts";', "noRestrictedImports"],
  ["shared/domain/b.ts", 'export { readFileSync } from "node:fs";', "noRestrictedImports"],
  ["shared/pipeline/a.ts", 'export * from "../store/a.ts";', "noRestrictedImports"],
  ["shared/pipeline/b.ts", 'export * from "@aws-sdk/client-sns";', "noRestrictedImports"],
  ["shared/api/a.ts", 'export * from "../store/a.ts";', "noRestrictedImports"],
  ["shared/store/a.ts", 'export * from "../api/a.ts";', "noRestrictedImports"],
  ["functions/a.ts", 'export * from "@middy/core";', "noRestrictedImports"],
  ["functions/support/a.ts", 'export * from "../../local/a.ts";', "noRestrictedImports"],
  ["infra/a.ts", 'export * from "../shared/domain/trade.ts";', "noRestrictedImports"],
  ["calibration/a.ts", 'export * from "../cli/a.ts";', "noRestrictedImports"],
  ["local/streams/a.ts", 'export * from "../../shared/domain/trade.ts";', "noRestrictedImports"],
  ["cli/a.ts", 'export * from "../infra/a.ts";', "noRestrictedImports"],
  ["cli/client/deployed-stage.ts", 'export * from "../../infra/service-stack.ts";', "noRestrictedImports"],
  ["cli/watch/a.ts", 'export * from "../replay/report.ts";', "noRestrictedImports"],
  ["bench/a.ts", 'export * from "vitest";', "noRestrictedImports"],
  ["shared/api/process.ts", "export const x = process.env.X;", "noProcessEnv"],
  ["shared/api/print.ts", 'console.info("x");', "noConsole"],
  ["shared/api/any.ts", "export const x: any = 1;", "noExplicitAny"],
  ["shared/api/random.ts", "export const x = Math.random();", "noJsRestrictedProperties"],
  ["shared/api/now.ts", "export const x = Date.now();", "noJsRestrictedProperties"],
  ["shared/domain/digits.ts", "export const x = (n: number) => n.toFixed(2);", "noJsRestrictedProperties"],
  ["cli/digits.ts", "export const x = (n: number) => (n + 1).toLocaleString();", "noJsRestrictedProperties"],
  ["functions/support/digits.ts", 'export const x = new Intl.NumberFormat("en");', "noJsRestrictedProperties"],
  ["shared/domain/number-words.ts", "export const x = Date.now();", "noJsRestrictedProperties"],
  ["functions/long.ts", Array(46).fill('export * from "./a.ts";').join("\n"), "noExcessiveLinesPerFile"],
  ["shared/api/shortCut.ts", "export const x = 1;", "useFilenamingConvention"],
  ["shared/api/one.ts", 'import type { Two } from "./two.ts";\nexport type One = Two;', "noImportCycles"],
  ["shared/api/two.ts", 'import type { One } from "./one.ts";\nexport type Two = One | 2;', "noImportCycles"],
  [
    "shared/api/long.ts",
    `export function f(x: () => void) {\n${"  x();\n".repeat(71)}}`,
    "noExcessiveLinesPerFunction",
  ],
  ["test/a.test.ts", 'import { it } from "vitest";\nit.skip("a", () => {});', "noSkippedTests"],
  ["test/b.test.ts", 'import { it } from "vitest";\nit.only("a", () => {});', "noFocusedTests"],
  [
    "test/c.test.ts",
    `export function f(x: () => void) {\n${"  x();\n".repeat(41)}}`,
    "noExcessiveStatementsPerFunction",
  ],
];

/** What the same rooms may do. */
const allowed: readonly (readonly [path: string, text: string])[] = [
  ["shared/stats/rule/ok.ts", 'export * from "../numeric/x.ts";'],
  ["shared/domain/ok.ts", 'export * from "../stats/rule/x.ts";'],
  ["shared/store/ok.ts", 'export * from "../pipeline/ports.ts";'],
  ["functions/ok.ts", 'export * from "../shared/api/x.ts";'],
  ["infra/ok.ts", 'export * from "../shared/domain/settings.ts";'],
  ["functions/as-long-as-may-be.ts", Array(45).fill('export * from "../shared/api/x.ts";').join("\n")],
  ["local/ok.ts", "export const x = (n: number) => [n.toFixed(2), Date.now()];"],
  ["cli/watch/ok.ts", 'export * from "../terminal/x.ts";'],
  ["test/ok.test.ts", 'export * from "../cli/x.ts";\nexport const x = process.env.X;'],
];

type Diagnostic = { category: string; location: { path: string | { file: string } } };

describe("biome.json", () => {
  let directory: string;
  let found: string[];

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "understudy-lint-"));
    cpSync(join(root, "biome.json"), join(directory, "biome.json"));
    symlinkSync(join(root, "node_modules"), join(directory, "node_modules"), "dir");
    execFileSync("git", ["init", "-q"], { cwd: directory });
    writeFileSync(join(directory, ".gitignore"), "node_modules\n");
    for (const [path, text] of [...offences, ...allowed]) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), `${text}\n`);
    }
    const biome = join(root, "node_modules", ".bin", "biome");
    const run = spawnSync(biome, ["lint", "--reporter=json", "--max-diagnostics=500", "."], {
      cwd: directory,
      encoding: "utf8",
    });
    const { diagnostics } = JSON.parse(run.stdout) as { diagnostics: Diagnostic[] };
    found = diagnostics.map(({ category, location: { path } }) => {
      const file = typeof path === "string" ? path : path.file;
      return `${file.replaceAll("\\", "/")} ${category.split("/").at(-1)}`;
    });
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(offences)("refuses in %s: %s", (path, _text, rule) => {
    expect(found).toContain(`${path} ${rule}`);
  });

  it.each(allowed)("allows in %s: %s", (path) => {
    expect(found.filter((line) => line.startsWith(`${path} `))).toEqual([]);
  });
});
