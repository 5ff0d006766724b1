import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { functionNames } from "../infra/permissions.ts";
import { streamReaders } from "../infra/streams.ts";
import { routeNames } from "../shared/api/contract/routes.ts";
import {
  functionsOf,
  type Import,
  importsOf,
  isCode,
  root,
  type SourceFile,
  textFiles,
} from "./support/source-files.ts";

/** The house's rules that a machine can check, on the text of the files. A failure names file, line and what to do instead. */

const files = textFiles();
const code = files.filter(isCode);
const imports = code.flatMap(importsOf);
/** These files speak of what they forbid. */
const isTidy = (path: string) => path.startsWith("test/tidy") || path === "test/support/source-files.ts";

/** `shared/stats` for a file in it, else the first directory. */
function areaOf(path: string): string {
  const parts = path.split("/");
  return parts[0] === "shared" ? `shared/${parts[1]}` : parts[0]!;
}

const shared = (...layers: string[]) => layers.map((layer) => `shared/${layer}`);
const product = shared("stats", "domain", "pipeline", "api", "store");
const people = ["cli", "local", ...product, "calibration"];

/** Area to the areas it may import, besides itself. */
const mayImport: Record<string, readonly string[]> = {
  "shared/stats": [],
  "shared/domain": shared("stats"),
  "shared/pipeline": shared("stats", "domain"),
  "shared/store": shared("stats", "domain", "pipeline"),
  "shared/api": shared("stats", "domain", "pipeline"),
  calibration: shared("stats", "domain"),
  functions: product,
  infra: shared("domain", "api"),
  local: shared("api"),
  cli: ["local", ...product, "calibration"],
  web: [],
  bench: people,
  ".ci": [],
  test: [...people, "infra", "functions", "bench", ".ci"],
};

const refers = (i: Import) => `${i.file}:${i.line} imports ${i.target}`;

describe("imports", () => {
  it("are found at all: an empty list would pass every rule below", () => {
    expect(imports.length).toBeGreaterThan(300);
    expect(imports.some((i) => i.file === "shared/domain/transition.ts" && i.target === "shared/domain/draft.ts")).toBe(
      true,
    );
  });

  it("go from functions to store to pipeline to domain to stats, never back; nothing of the product knows cli, local or tests", () => {
    const wrong = imports.filter((i) => {
      if (!i.isLocal) return false;
      const [from, to] = [areaOf(i.file), areaOf(i.target)];
      return from !== to && mayImport[from] !== undefined && !mayImport[from].includes(to);
    });
    expect(wrong.map(refers)).toEqual([]);
  });

  it("cover every directory of code: a new one needs its line in the table", () => {
    const areas = new Set(code.map((file) => areaOf(file.path)).filter((area) => !area.endsWith(".ts")));
    expect([...areas].filter((area) => mayImport[area] === undefined)).toEqual([]);
  });

  it("of infra take the settings and the route table from shared, of the local stack the route table, and nothing else", () => {
    const taken: Record<string, readonly string[]> = {
      infra: ["shared/domain/settings.ts", "shared/api/contract/routes.ts"],
      local: ["shared/api/contract/routes.ts"],
    };
    const wrong = imports.filter(
      (i) => i.target.startsWith("shared/") && taken[areaOf(i.file)]?.includes(i.target) === false,
    );
    expect(wrong.map(refers)).toEqual([]);
  });

  it("of the HTTP contract reach schemas alone: whoever reads the table drags in no step and no statistics", () => {
    const reached = new Set(["shared/api/contract/routes.ts"]);
    for (const file of reached) for (const i of imports) if (i.file === file && i.isLocal) reached.add(i.target);
    const schemas = /^shared\/(api\/contract\/[\w-]+|domain\/(trade|event))\.ts$/;
    expect(reached.size).toBeGreaterThan(8);
    expect([...reached].filter((path) => !schemas.test(path))).toEqual([]);
  });

  it.each<[string, RegExp, RegExp, string]>([
    ["the AWS SDK", /^@aws-sdk\//, /^(shared\/store|functions|local|cli|bench|test)\//, "the ports of shared/pipeline"],
    ["the CDK", /^(aws-cdk-lib|constructs)\b/, /^(infra|test)\//, "infra/"],
    ["jstat", /^jstat$/, /^shared\/stats\/numeric\/distributions\.ts$/, "shared/stats/numeric/distributions.ts"],
    ["Lambda's middleware", /^@middy\//, /^functions\/support\//, "functions/support/api.ts"],
    ["the emulators", /^(fauxqs|amplify-dynamodb-simulator)\b/, /^(local|test)\//, "local/"],
    ["the screen", /^(ink|react)\b/, /^(cli|test)\//, "cli/"],
    ["tests", /^(vitest|fast-check|aws-sdk-client-mock)\b/, /^(test\/|vitest\.config\.ts)/, "test/"],
    [
      "files and processes",
      /^node:(fs|child_process|net|http|worker_threads|os)\b/,
      /^(?!shared\/(stats|domain|pipeline|store)\/|functions\/)/,
      "ports",
    ],
  ])("of %s stand where they belong", (_what, target, allowed, instead) => {
    const wrong = imports.filter((i) => !i.isLocal && target.test(i.target) && !allowed.test(i.file));
    expect(wrong.map((i) => `${refers(i)}: use ${instead}`)).toEqual([]);
  });
});

type Ban = { pattern: RegExp; instead: string; except?: RegExp };

const clocked = /^(functions\/support|local|cli|bench|test)\/|^infra\/bundle\.ts$/;
const bans: readonly Ban[] = [
  { pattern: /\bMath\.random\b/, instead: "createPrng(seed): a run must replay from its seed" },
  { pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/, instead: "the Clock port", except: clocked },
  {
    pattern: /\bprocess\.env\b/,
    instead: "functions/support/environment.ts, or a parameter",
    except: /^(functions\/support\/environment\.ts|infra\/|local\/|cli\/|bench\/|test\/|vitest\.config\.ts)/,
  },
  {
    pattern: /\bconsole\.\w+\(/,
    instead: "log()",
    except: /^(functions\/support\/log\.ts|infra\/app\.ts|local\/|cli\/|bench\/|test\/|\.ci\/)/,
  },
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b/, instead: "do it, or write it down in docs/" },
  {
    pattern: /\b(it|test|describe|suite)(\.\w+)*\.(skip|only|todo|fails)\b|\bx(it|describe)\(/,
    instead: "a test that runs",
  },
  { pattern: /@ts-(ignore|nocheck|expect-error)/, instead: "a type that is right" },
  { pattern: /\bas any\b|:\s*any(\[\])?(?=\s*([;,)\]=|&>]|$))/, instead: "unknown, and a check", except: /^test\// },
  { pattern: /\bdebugger\b/, instead: "nothing" },
];

/** "file:line what: instead" for every line that matches. */
function offences(among: readonly SourceFile[], ban: Ban, lines: (file: SourceFile) => readonly string[]): string[] {
  return among
    .filter((file) => !isTidy(file.path) && !ban.except?.test(file.path))
    .flatMap((file) =>
      lines(file).flatMap((text, i) => {
        const found = ban.pattern.exec(text);
        return found ? [`${file.path}:${i + 1} ${found[0].trim()}: use ${ban.instead}`] : [];
      }),
    );
}

describe("bans", () => {
  it.each(bans)("hold: $pattern", (ban) => {
    expect(offences(code, ban, (file) => file.code)).toEqual([]);
  });

  it("find what they forbid", () => {
    const path = "shared/domain/bad.ts";
    const lines = [
      "const x = Math.random();",
      "const now = new Date();",
      "it.skip('x', f);",
      "const e = process.env.X;",
    ];
    const bad = [{ path, lines, code: lines }];
    expect(
      bans.flatMap((ban) => offences(bad, ban, (file) => file.code)).map((o) => o.split(":")[1]!.slice(0, 1)),
    ).toEqual(["1", "2", "4", "3"]);
  });

  it("of unfinished business hold in comments too", () => {
    const unfinished = bans.find((ban) => ban.pattern.test("FIXME"))!;
    expect(offences(code, unfinished, (file) => file.lines)).toEqual([]);
  });

  it("a switch that forgot a case does not compile: its default is assertNever", () => {
    const silent = code
      .filter((file) => file.path.startsWith("shared/") || file.path.startsWith("functions/"))
      .flatMap((file) =>
        file.code.flatMap((text, i) =>
          /^\s*default:/.test(text) && !/assertNever/.test(`${text}${file.code[i + 1]}`)
            ? [`${file.path}:${i + 1}`]
            : [],
        ),
      );
    expect(silent).toEqual([]);
  });
});

describe("texts that leave this machine", () => {
  it("name no directory of anybody's machine", () => {
    const ban = {
      pattern: /(?<![\w.:/-])\/(home|Users|work|root|mnt)\/\w+|\b[A-Z]:\\\\?\w+/,
      instead: "a path from the project's root",
    };
    expect(offences(files, ban, (file) => file.lines)).toEqual([]);
  });

  it("name no host of packages: everybody's own configuration decides", () => {
    const ban = {
      pattern: /registry\.(npmjs|yarnpkg)|npm\.pkg\.github|pypi\.org|pythonhosted|codeload\.github|artifactory|nexus/i,
      instead: "the user's own npm configuration",
    };
    expect(offences(files, ban, (file) => file.lines)).toEqual([]);
  });

  it("pin packages by content, not by address", () => {
    const lock = readFileSync(join(root, "package-lock.json"), "utf8");
    expect(lock).not.toContain('"resolved"');
    expect(lock).toContain('"integrity"');
  });
});

/** Functions that are one table of data: to cut it would hide what belongs together. */
const tables = ["calibration/catalogue.ts", "calibration/catalogue-guard.ts", "test/unit/domain/gates.test.ts"];

describe("functions and files", () => {
  it("functions have at most 70 lines", () => {
    const written = code.filter((file) => !tables.includes(file.path));
    const long = written.flatMap((file) =>
      functionsOf(file)
        .filter((f) => f.length > 70)
        .map((f) => `${file.path}:${f.line} has ${f.length} lines: cut it where the idea changes`),
    );
    expect(long).toEqual([]);
  });

  it("functions are found at all, and measured right", () => {
    const bodies = (n: number) => Array.from({ length: n }, () => "  work();");
    const made = (lines: string[]) => functionsOf({ path: "x.ts", lines, code: lines }).map((f) => f.length);
    expect(made(["function a() {", ...bodies(3), "}"])).toEqual([5]);
    expect(made(["export async function b(o: {", "  x: number;", "}): Promise<void> {", ...bodies(4), "}"])[0]).toBe(8);
    expect(made(["const c = async () => {", ...bodies(70), "};"])).toEqual([72]);
    expect(made(["  async #d(x: string): Promise<void> {", ...bodies(2), "  }"])).toEqual([4]);
    expect(made(["describe('many', () => {", ...bodies(99), "});"])).toEqual([]);
    expect(code.flatMap(functionsOf).length).toBeGreaterThan(1000);
  });

  it("files are named in kebab-case, after an idea", () => {
    const odd = code
      .map((file) => file.path)
      .filter((path) => {
        const name = path.split("/").at(-1)!;
        const shelf = /(^|-)(utils?|helpers?|manager|misc|common)\b/.test(name);
        return shelf || !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|case|config|property\.test|d))?\.tsx?$/.test(name);
      });
    expect(odd).toEqual([]);
  });

  it("every function has a route or a stream, a line of permissions, and a file", () => {
    const written = code.flatMap((file) => /^functions\/([\w-]+)\.ts$/.exec(file.path)?.[1] ?? []);
    const called = [...routeNames, ...streamReaders.map((r) => r.function)];
    expect(written.sort()).toEqual([...new Set<string>(called)].sort());
    expect([...functionNames].sort()).toEqual(written);
  });

  it("handlers are thin: they parse, call one step and map the result", () => {
    const thick = code
      .filter((file) => /^functions\/[\w-]+\.ts$/.test(file.path) && file.lines.length > 45)
      .map((file) => `${file.path}: ${file.lines.length} lines`);
    expect(thick).toEqual([]);
  });

  it("each step of the story has its file of that name in the code", () => {
    const steps = files.flatMap((file) => /^events\/\d\d-(\w+)\.json$/.exec(file.path)?.[1] ?? []);
    expect(steps).toEqual(["trade", "ingest", "evaluate", "decide", "transition", "notify", "alert"]);
    const paths = new Set(code.map((file) => file.path));
    for (const step of steps) {
      const homes = [`shared/domain/${step}.ts`, `shared/pipeline/${step}.ts`].filter((path) => paths.has(path));
      expect([step, homes.length > 0]).toEqual([step, true]);
    }
  });
});
