import { CommanderError } from "commander";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { CommandError } from "../../cli/terminal/command-line.ts";
import { entries } from "../../cli/understudy/entries.ts";
import { buildProgram } from "../../cli/understudy/program.ts";
import { type Ran, run, runScript } from "../support/command.ts";
import { PageServer } from "../support/page-server.ts";

/** The command as a person runs it, in front of the real handlers. */

const server = new PageServer();
const means = { steady: { mean: 50 }, better: { mean: 90 }, worse: { mean: 20 } };
let life: ReturnType<PageServer["keep"]>;

/** The program in this process: two dozen processes of its own would take longer than everything they show. */
async function understudy(...args: string[]): Promise<Ran> {
  const ran: Ran = { code: 0, out: "", err: "" };
  const keepIn = (part: "out" | "err") => (text: string | Uint8Array) => {
    ran[part] += text;
    return true;
  };
  const out = vi.spyOn(process.stdout, "write").mockImplementation(keepIn("out"));
  const err = vi.spyOn(process.stderr, "write").mockImplementation(keepIn("err"));
  try {
    await buildProgram(new AbortController().signal).parseAsync([...args, "--url", server.url], { from: "user" });
  } catch (error) {
    if (error instanceof CommandError) {
      ran.code = error.exitCode;
      ran.err += error.message;
    } else if (error instanceof CommanderError) ran.code = error.exitCode;
    else throw error;
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
  return ran;
}

/** The command as a shell starts it. */
const inShell = (...args: string[]): Promise<Ran> => runScript("cli/understudy.mjs", ...args);

/** Every entry file with the same argument, one after the other in one process: what they load is loaded once. */
async function eachEntry(argument: string): Promise<Map<string, Ran>> {
  const files = [...new Set(entries.map(({ name, file = name }) => file))];
  const script = `
    // Otherwise parseArgs takes the name of the file for an argument.
    process.execArgv = [];
    const ran = {};
    for (const file of ${JSON.stringify(files)}) {
      const mine = (ran[file] = { code: 0, out: "", err: "" });
      const keep = (part) => (text) => ((mine[part] += text), true);
      const [out, err] = [process.stdout.write, process.stderr.write];
      Object.assign(process.stdout, { write: keep("out") });
      Object.assign(process.stderr, { write: keep("err") });
      process.argv = ["node", file, ${JSON.stringify(argument)}];
      process.exitCode = 0;
      await import(process.cwd() + "/cli/" + file + ".ts");
      mine.code = process.exitCode;
      Object.assign(process.stdout, { write: out });
      Object.assign(process.stderr, { write: err });
    }
    process.exitCode = 0;
    console.log(JSON.stringify(ran));
    process.exit();`;
  const { out, err } = await run(process.execPath, ["--input-type=module", "--eval", script]);
  expect(err).toBe("");
  return new Map(Object.entries(JSON.parse(out) as Record<string, Ran>));
}

beforeAll(async () => {
  await server.start();
  await server.deploy({ model_name: "steady" }, { model_name: "better" }, { model_name: "worse" });
  await server.trade(0, 730, means);
  life = server.keep();
}, 300_000);

afterAll(() => server.stop());

describe("understudy", () => {
  test("shows who is what, and what holds each challenger back", async () => {
    const { code, out } = await understudy("status");
    expect(code).toBe(0);
    expect(out).toMatch(/steady +champion +100 % +730 /);
    expect(out).toMatch(/better +challenger +0 % +730 .* approved/);
    expect(out).toMatch(/Challenger worse is\s+rejected/);
  });

  test("gives programs one JSON document", async () => {
    const { out, err } = await understudy("status", "--json");
    expect(JSON.parse(out).status.champion.model_name).toBe("steady");
    expect(err).toBe("");
  });

  test("holds a comparison against an assertion by its exit code", async () => {
    expect((await understudy("compare", "better", "--assert", "approved")).code).toBe(0);
    const worse = await understudy("compare", "worse", "--assert", "approved");
    expect(worse.code).toBe(3);
    expect(worse.err).toContain("worse is not approved: the latest look says");
    expect(worse.out).toMatch(/729 common signals +steady +worse/);
  });

  test("explains a decision as a story: what was seen, what stands in the way, what comes next, what happened", async () => {
    const { out } = await understudy("why", "worse");
    expect(out).toContain("worse challenges steady on paper");
    expect(out).toContain("On 729 common signals it earned 28.18 a signal less than the champion");
    expect(out).toContain("What stands in the way:");
    expect(out).toMatch(/Next look at 800 common signals, 71 from now/);
    expect(out).toMatch(/at 500 .* reject/);
    expect(out).toContain("worse is a challenger");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("says in one line that a model is unknown, that an argument is wrong, that nobody listens", async () => {
    expect(await understudy("why", "nobody")).toMatchObject({ code: 1, err: expect.stringContaining("nobody") });
    const missing = await inShell("compare");
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining("missing required argument") });
    const unknown = await inShell("statsu");
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining("Did you mean status?") });
    const away = await inShell("status", "--url", "http://127.0.0.1:9");
    expect(away).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/^understudy: no answer from .*\n$/) });
  });

  test("changes nothing that moves money unless somebody says yes", async () => {
    const refused = await understudy("promote", "better");
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("--yes") });
    const { out } = await understudy("status", "--json");
    expect(JSON.parse(out).status.champion.model_name).toBe("steady");
  });

  test("promotes, rehearses a rollback, rolls back, and keeps the history of it", async () => {
    expect((await understudy("promote", "better", "--yes")).out).toContain("better is champion; steady goes on");
    const rehearsal = await understudy("rollback", "--reason", "rehearsal", "--dry-run");
    expect(rehearsal.out).toContain("steady would be champion again and better quarantined");
    const stale = await understudy("rollback", "--reason", "late", "--expected-champion", "steady", "--yes");
    expect(stale.code).toBe(1);
    expect(stale.err).toContain("better");
    const done = await understudy("rollback", "--reason", "losses", "--yes");
    expect(done.out).toContain("steady is champion again; better is quarantined");
    const history = await understudy("history", "--type", "rollback", "--json");
    expect(JSON.parse(history.out).events).toHaveLength(1);
    expect((await understudy("report")).out).toMatch(/promotions +1, 0 of them forced/);
    server.put(life);
  });

  test("pauses and resumes, deploys and retires", async () => {
    expect((await understudy("pause", "--reason", "outage")).out).toContain("Paused");
    expect((await understudy("status")).out).toContain("Automatic action is paused by local: outage.");
    expect((await understudy("resume")).out).toContain("Resumed");
    expect((await understudy("deploy", "newcomer", "--type", "lightgbm")).out).toContain("deployed as challenger");
    expect((await understudy("retire", "newcomer", "--yes")).out).toContain("newcomer is retired");
    server.put(life);
  });

  test("completes its own words in a shell", async () => {
    const { out } = await inShell("complete", "--", "ro");
    expect(out).toContain("rollback");
    const all = (await inShell("complete", "--", "")).out;
    const names = buildProgram(new AbortController().signal).commands.map((command) => command.name());
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !new RegExp(`^${name}\\b`, "m").test(all))).toEqual([]);
  });

  test("every command's help has examples, and says what it ends with", async () => {
    const { commands } = buildProgram(new AbortController().signal);
    const own = new Set(entries.map(({ name }) => name));
    for (const command of commands.filter((one) => !own.has(one.name()))) {
      const { code, out } = await understudy(command.name(), "--help");
      expect([command.name(), code]).toEqual([command.name(), 0]);
      expect(out, command.name()).toMatch(/^Examples:\n {2}understudy \w/m);
      expect(out, command.name()).toMatch(/^Exit codes: 0 .*2 wrong arguments/m);
      expect(out, command.name()).toContain("--json");
    }
    for (const [name, { code, out }] of await eachEntry("--help")) {
      expect([name, code]).toEqual([name, 0]);
      expect(out, name).toMatch(/^examples:?\n/im);
      expect(out, name).toMatch(/^Exit codes: 0 done, 1 .*2 wrong arguments, 130 Ctrl-C/m);
    }
  });

  test("wrong arguments end with 2 and one line, whichever command it is", async () => {
    for (const [name, { code, out, err }] of await eachEntry("--no-such-option")) {
      expect([name, code, out]).toEqual([name, 2, ""]);
      expect(err.trimEnd().split("\n"), name).toHaveLength(1);
    }
  });

  test("hands a command with an entry file of its own over to it", async () => {
    expect((await inShell("backfill", "--help")).out).toContain("--pause");
  });
});
