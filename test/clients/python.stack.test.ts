import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalStack } from "../../local/stack.ts";
import { hasBoto3, run } from "../support/command.ts";
import { startTestStack } from "../support/test-stack.ts";

/** The Python client: its own tests, and its example ensemble against a stack. */

const environment = { ...process.env, PYTHONPATH: "clients/python", PYTHONDONTWRITEBYTECODE: "1" };

async function python(...args: string[]): Promise<{ code: number; out: string }> {
  const { code, out, err } = await run("python3", args, { environment });
  return { code, out: out + err };
}

describe.runIf(hasBoto3())("the Python client", () => {
  let stack: LocalStack;

  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(async () => {
    await stack?.stop();
  });

  it("passes its own tests", async () => {
    const { code, out } = await python(
      "-m",
      "unittest",
      "discover",
      "-s",
      "clients/python/tests",
      "-t",
      "clients/python",
    );
    expect(out).toMatch(/Ran [12]\d tests/);
    expect(code, out).toBe(0);
  }, 300_000);

  it("gets the better one of two models promoted, by the example as its documentation starts it", async () => {
    const { api, dynamodb } = stack.urls;
    const [, line] = /^```sh python\nPYTHONPATH=clients\/python python3 (\S+)$/m.exec(
      readFileSync("docs/INTEGRATION.md", "utf8"),
    )!;
    const { code, out } = await python(line!, "--url", api, "--dynamodb", dynamodb, "--table", stack.tables.trades!);
    expect(code, out).toBe(0);
    expect(out).toContain("clever was promoted");
    expect(out).toMatch(/refused=0, lost=0/);
    const printed = /It says .*:\n```\n([^`]*)```/.exec(readFileSync("clients/python/README.md", "utf8"))![1]!;
    const shapesOf = (text: string) =>
      text
        .trim()
        .split("\n")
        .map((line) => line.replace(/\d+/g, "N"));
    // How many signals it takes until the champion has changed differs from machine to machine; what is said does not.
    expect(shapesOf(printed)).toEqual(expect.arrayContaining(shapesOf(out)));
    expect(shapesOf(out).slice(-2)).toEqual(shapesOf(printed).slice(-2));
    const status = (await (await fetch(`${stack.urls.api}/shadow/status`)).json()) as {
      data: { champion: { model_name: string }; rejected: unknown[] };
    };
    expect(status.data.champion.model_name).toBe("clever");
    expect(status.data.rejected).toEqual([]);
  }, 600_000);
});
