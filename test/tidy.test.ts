import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import biome from "../biome.json" with { type: "json" };
import { functionNames } from "../infra/permissions.ts";
import { releaseHooks } from "../infra/releases.ts";
import { schedules } from "../infra/schedules.ts";
import { streamReaders } from "../infra/streams.ts";
import { routeNames } from "../shared/api/contract/routes.ts";
import { isCode, root, type SourceFile, textFiles } from "./support/source-files.ts";

/**
 * The house's rules that Biome has no rule for, on the text of the files; the others stand in biome.json.
 * A failure names file, line and what to do instead.
 */

const RoomRules = z.object({
  style: z.object({
    noRestrictedImports: z.object({
      level: z.literal("error"),
      options: z.object({ patterns: z.tuple([z.object({ group: z.array(z.string()).min(1) })]) }),
    }),
  }),
});

const files = textFiles();
const code = files.filter(isCode);
/** These files speak of what they forbid. */
const isTidy = (path: string) => path.startsWith("test/tidy") || path === "test/support/source-files.ts";

const productRooms = new Set(
  code.flatMap((file) => /^(shared\/[\w-]+|functions|infra|calibration|local|cli)\//.exec(file.path)?.[1] ?? []),
);

/** Where imports may go is in biome.json: a list per room of what it may import, everything else refused. */
const listed = new Set(
  biome.overrides.filter((o) => hasImportList(o.linter.rules)).flatMap((o) => o.includes as readonly string[]),
);

describe("rooms", () => {
  it("of the product each have their list of imports in biome.json: a new one needs its line", () => {
    expect([...productRooms].length).toBeGreaterThan(9);
    const open = [...productRooms].filter((room) => !listed.has(`${room}/**`));
    expect(open).toEqual([]);
  });

  it("of the product each stand in the README's list", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    expect([...productRooms].filter((room) => !readme.includes(`\`${room}\` `))).toEqual([]);
  });

  it("a room without a list is found", () => {
    expect(hasImportList(undefined)).toBe(false);
    expect(hasImportList({ suspicious: { noConsole: "off" } })).toBe(false);
  });
});

function hasImportList(rules: unknown): boolean {
  return RoomRules.safeParse(rules).success;
}

type Ban = { pattern: RegExp; instead: string; except?: RegExp };

const clocked = /^(functions\/support|local|cli|bench|test)\/|^infra\/bundle\.ts$/;
/** The module itself, and what writes no sentence of ours: a runtime's log line, tests. */
const unworded = /^shared\/domain\/number-words\.ts$|^(local|test)\//;
const bans: readonly Ban[] = [
  { pattern: /\bnew Date\(\)/, instead: "the Clock port", except: clocked },
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b/, instead: "do it, or write it down in docs/" },
  { pattern: /\b(it|test|describe|suite)(\.\w+)*\.(todo|fails)\b/, instead: "a test that runs" },
  {
    pattern: /\\B\(\?=\(\\d/,
    instead: "shared/domain/number-words.ts, where a name says floor or round",
    except: unworded,
  },
  { pattern: /@ts-(nocheck|expect-error)/, instead: "a type that is right" },
  // Comments are looked at, too: that is where a rule is switched off.
  { pattern: /biome-ignore\b/, instead: "code that is right", except: /^test\// },
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
      "const now = new Date();",
      "// FIXME",
      "it.todo('x');",
      String.raw`x.replace(/\B(?=(\d{3})+$)/g, ",");`,
      "// @ts-expect-error",
      "// biome-ignore x",
    ];
    const bad = [{ path, lines, code: lines }];
    expect(bans.flatMap((ban) => offences(bad, ban, (file) => file.code)).map((o) => o.split(":")[1]![0])).toEqual([
      "1",
      "2",
      "3",
      "4",
      "5",
      "6",
    ]);
  });

  it.each(["FIXME", "@ts-nocheck", "biome-ignore"])("of %s hold in comments too", (word) => {
    const ban = bans.find(({ pattern }) => pattern.test(word))!;
    expect(offences(code, ban, (file) => file.lines)).toEqual([]);
  });

  it("a switch that forgot a case does not compile: its default is assertNever", () => {
    const silent = code
      .filter((file) => file.path.startsWith("shared/") || file.path.startsWith("functions/"))
      .flatMap((file) =>
        file.code.flatMap((text, i) =>
          /^\s*default:\s*($|return\b|throw\b|\{)/.test(text) && !/assertNever/.test(`${text}${file.code[i + 1]}`)
            ? [`${file.path}:${i + 1}`]
            : [],
        ),
      );
    expect(silent).toEqual([]);
  });
});

/**
 * Words of the theatre: the field has its own, which docs/GLOSSARY.md lists. A word counts alone, in a name of several words
 * (otherWorlds, gone_from) and in capitals.
 */
const theatre = {
  pattern: RegExp(
    [
      /(?<!os)[Tt]eller(?![a-z])/,
      /\b(rang|stump|foret[eo]ll?d?)\b/,
      /(\b|_)(bell|gone|told|(?<!hello )worlds?|weather|teams?|cast|sighted)(?![a-z])/,
      /(\b|_|(?<=[a-z]))(Bells?|Gone|Told|Worlds?|Weather|Teams?|Cast|Sighted)(?![a-z])/,
      /(?<![A-Z])(TELLER|RANG|STUMP|FORETOLD|FORETELL|BELLS?|GONE|TOLD|WORLDS?|WEATHER|TEAMS?|CAST|SIGHTED)(?![A-Z])/,
    ]
      .map((part) => part.source)
      .join("|"),
  ),
  instead: "the field's word, see docs/GLOSSARY.md",
  // Tables are what a run wrote, and DynamoDB's reserved words are DynamoDB's; data has no style.
  except: /^docs\/calibration\/tables\.md$|^test\/simulation\/dynamodb\/reserved-words\.ts$|\.(cpp|json)$/,
};

describe("words", () => {
  it("are those of the field", () => {
    const found = offences(files, theatre, (file) => file.lines);
    expect(found).toEqual([]);
  });

  it("are looked at in the prose beside the tables, not in the tables themselves", () => {
    const lines = ["How the worlds are made"];
    const files = ["README.md", "tables.md", "tables.json"].map((name) => ({
      path: `docs/calibration/${name}`,
      lines,
      code: lines,
    }));
    expect(offences(files, theatre, (file) => file.lines)).toEqual([
      "docs/calibration/README.md:1 worlds: use the field's word, see docs/GLOSSARY.md",
    ]);
  });

  it("of the theatre are found, in names too", () => {
    const found = (text: string) =>
      offences([{ path: "cli/x.ts", lines: [text], code: [text] }], theatre, (file) => file.lines).length;
    for (const bad of [
      "class Storyteller",
      "makeX(bell)",
      "goneFrom",
      "// people are told",
      "the world",
      "castIntroduced",
      "otherWorlds()",
      "const WORLDS = [",
      "OTHER_WORLDS",
    ])
      expect([bad, found(bad)]).toEqual([bad, 1]);
    for (const good of ["RangeError", "Mosteller", "forecast", "hello world", "retold", "FORECAST"])
      expect([good, found(good)]).toEqual([good, 0]);
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

describe("files", () => {
  it("are named after an idea", () => {
    const shelves = code.filter(({ path }) => /(^|[-/])(utils?|helpers?|manager|misc|common)\b[^/]*$/.test(path));
    expect(shelves.map((file) => file.path)).toEqual([]);
  });

  it("every function has a route, a stream, a schedule or a hook of releases, a line of permissions, and a file", () => {
    const written = code.flatMap((file) => /^functions\/([\w-]+)\.ts$/.exec(file.path)?.[1] ?? []);
    const byClock = schedules.map((s) => s.function);
    const called = [...routeNames, ...streamReaders.map((r) => r.function), ...byClock, ...releaseHooks];
    expect(written.sort()).toEqual([...new Set<string>(called)].sort());
    expect([...functionNames].sort()).toEqual(written);
  });
});

describe("docs/DATAFLOW.md", () => {
  const document = readFileSync(join(root, "docs/DATAFLOW.md"), "utf8").split("\n");
  const paths = files.map((file) => file.path);
  /** What a rule of former days needs to take its looks again: named as in its day. */
  const formerRule = /^shared\/domain\/rule-\d/;

  it("names the files of each step, and its rooms hold no others of the step's name, at any depth", () => {
    const steps = paths.flatMap((path) => /^events\/(\d\d-(\w+)\.json)$/.exec(path)?.slice(1) ?? []);
    const present = (room: string, name: RegExp) =>
      paths
        .filter((path) => path.startsWith(`${room}/`) && !formerRule.test(path) && name.test(basename(path)))
        .map((path) => path.slice(room.length + 1))
        .join(", ") || "–";
    const rows: string[] = [];
    for (let i = 0; i < steps.length; i += 2) {
      const [sample, step] = steps.slice(i, i + 2) as [string, string];
      const source = new RegExp(`^${step}\\.tsx?$`);
      const cells = [
        ...[step, sample],
        ...["shared/domain", "shared/pipeline", "functions"].map((room) => present(room, source)),
        present("test/unit", new RegExp(`^${step}(\\.\\w+)?\\.test\\.ts$`)),
      ];
      rows.push(`| ${cells.join(" | ")} |`);
    }
    const begins = document.findIndex((line) => line.startsWith("| step | `events/`")) + 2;
    expect(document.slice(begins, document.indexOf("", begins))).toEqual(rows);
    expect(rows.length).toBeGreaterThan(5);
    expect(paths.filter((path) => formerRule.test(path))).toContain("shared/domain/rule-2026-1/decide.ts");
  });
});

describe("documents", () => {
  it.each([
    ["docs/DATAFLOW.md", ["", "shared/"], 10],
    ["local/README.md", ["local/"], 15],
    ["shared/stats/resampling/README.md", ["shared/stats/resampling/"], 5],
  ] as const)("%s names no file that is not there, from %j", (document, roots, fewest) => {
    const text = readFileSync(join(root, document), "utf8");
    const named = [...text.matchAll(/`([\w./-]+\.(?:ts|mjs|java))`/g)].map(([, path]) => path!);
    expect(named.length).toBeGreaterThan(fewest);
    const present = new Set(files.map((file) => file.path));
    expect(named.filter((path) => !roots.some((from) => present.has(from + path)))).toEqual([]);
  });
});

describe("unit tests", () => {
  it("start no process and no server", () => {
    expect(() => spawnSync(process.execPath, ["--version"])).toThrow("A unit test starts nothing");
    expect(() => createServer().listen(0, "127.0.0.1")).toThrow("A unit test starts nothing");
  });
});
