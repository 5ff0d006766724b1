import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entryOf } from "../../cli/understudy/entries.ts";
import { buildProgram } from "../../cli/understudy/program.ts";
import type { LocalStack } from "../../local/stack.ts";
import { run } from "../support/command.ts";
import { startTestStack } from "../support/test-stack.ts";

/**
 * The commands of the documents, run as they are printed. A block says what it needs: `sh` nothing, `sh stack` a running stack, `sh python`
 * boto3 too (test/clients runs these); of `sh example` (placeholders of the reader's own) the words alone are checked.
 */

type Block = { document: string; needs: "" | "stack" | "python" | "example"; lines: string[] };

const documents = [
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
  "README.md",
];

function blocksOf(document: string): Block[] {
  const text = readFileSync(document, "utf8");
  return [...text.matchAll(/^```sh ?(\w*)\n(.*?)^```/gms)].map(([, needs = "", body = ""]) => {
    if (!["", "stack", "python", "example"].includes(needs))
      throw new Error(`${document}: no test knows "sh ${needs}"`);
    return { document, needs: needs as Block["needs"], lines: body.trim().split("\n") };
  });
}

const blocks = documents.flatMap(blocksOf);
const titleOf = ({ document, lines }: Block) => `${document}: ${lines.join(" ; ")}`;

async function shell(line: string): Promise<{ code: number; out: string }> {
  const { code, out, err } = await run("bash", ["-c", line]);
  return { code, out: out + err };
}

/** The same line without npm in between, which takes longer than most commands. */
const direct = (line: string) =>
  line.replace(/^npm run understudy --/, "node cli/understudy.ts").replace(/^npm run (\w+) --/, "node cli/$1.ts");

describe("the commands of the documents", () => {
  it.for(blocks.filter((b) => b.needs === "").map((b) => [titleOf(b), b] as const))("%s", async ([, block]) => {
    for (const line of block.lines) {
      const { code, out } = await shell(direct(line));
      expect(code, `${line}\n${out}`).toBe(0);
      expect(out.trim(), `${line} says nothing`).not.toBe("");
    }
  });

  it("use words that exist, also where the reader's own names stand in them", () => {
    const scripts = JSON.parse(readFileSync("package.json", "utf8")).scripts as Record<string, string>;
    const verbs = new Set(buildProgram(new AbortController().signal).commands.map((command) => command.name()));
    const text = documents.map((document) => readFileSync(document, "utf8")).join("\n");
    const called = [...text.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1]!);
    expect(called.filter((name) => !(name in scripts))).toEqual([]);
    // Inline or in a block: `understudy VERB`.
    const said = [...text.matchAll(/(?:`|-- |^)understudy ([a-z]+)(?=[ `])/gm)].map((match) => match[1]!);
    expect(said.length).toBeGreaterThan(15);
    expect(said.filter((verb) => !verbs.has(verb) && !entryOf(verb))).toEqual([]);
  });

  it("and the links between them lead somewhere", () => {
    const dead = documents.flatMap((document) =>
      [...readFileSync(document, "utf8").matchAll(/\]\(([^)#\s]+)(?:#[\w-]*)?\)/g)]
        .map((match) => match[1]!)
        .filter((target) => !/^https?:/.test(target) && !existsSync(normalize(join(dirname(document), target))))
        .map((target) => `${document}: ${target}`),
    );
    expect(dead).toEqual([]);
  });
});

describe("the commands of the documents that need a stack", () => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(async () => {
    await stack?.stop();
  });

  it.for(blocks.filter((b) => b.needs === "stack").map((b) => [titleOf(b), b] as const))("%s", async ([, block]) => {
    const url = stack.urls.api;
    const deployed = await fetch(`${url}/shadow/deploy`, {
      method: "POST",
      body: JSON.stringify({ model_name: "documents", model_type: "x" }),
    });
    expect([201, 409]).toContain(deployed.status);
    for (const line of block.lines) {
      const command = line.startsWith("npm run understudy") ? `${direct(line)} --url ${url}` : line;
      const { code, out } = await shell(command.replaceAll("http://127.0.0.1:8000", url));
      expect(code, `${line}\n${out}`).toBe(0);
      expect(out.trim()).not.toBe("");
    }
  });
});
