import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createPrng } from "../../shared/stats/numeric/prng.ts";

/** The command as people call it. */

const dir = mkdtempSync(join(tmpdir(), "calibrate-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const command = join(import.meta.dirname, "../../cli/calibrate.ts");

function run(args: readonly string[], o: { interruptAfter?: string } = {}) {
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const child = spawn(process.execPath, [command, ...args], { env: { ...process.env, NO_COLOR: "1" } });
    let out = "";
    let err = "";
    let interrupt = o.interruptAfter ?? null;
    child.stdout.on("data", (data) => {
      out += data;
    });
    child.stderr.on("data", (data) => {
      err += data;
      if (interrupt === null || !err.includes(interrupt)) return;
      interrupt = null;
      child.kill("SIGINT");
    });
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

const small = ["--scenario", "ten-9,monitor-minus-10-9", "--lives", "24", "--seed", "t", "--json"];

describe("npm run calibrate", { timeout: 120_000 }, () => {
  it("explains itself and names its scenarios", async () => {
    const help = await run(["--help"]);
    expect(help.code).toBe(0);
    expect(help.out).toContain("Examples");
    const list = await run(["--list"]);
    expect(list.out).toMatch(/regime-10-100\b.*lives/);
  });

  it("refuses what it does not know, in one line", async () => {
    for (const args of [
      ["--scenario", "mixx"],
      ["--lives", "many"],
      ["--trades", "none.csv", "--scenario", "mix-7"],
    ]) {
      const { code, err } = await run(args);
      expect(code).toBe(2);
      expect(err.trim().split("\n")).toHaveLength(1);
    }
    const missing = await run(["--trades", join(dir, "none.csv")]);
    expect(missing.code).toBe(1);
    expect(missing.err).toContain("there is no file");
  });

  it("gives the same table with one worker and with three", async () => {
    const one = await run([...small, "--workers", "1"]);
    const three = await run([...small, "--workers", "3"]);
    expect(one.code).toBe(0);
    expect(JSON.parse(one.out).rows).toHaveLength(2);
    expect(three.out).toBe(one.out);
  });

  it("goes on where it was interrupted, also after half a line", async () => {
    const out = join(dir, "resumed");
    const args = ["--scenario", "normal-7", "--lives", "120", "--seed", "t", "--json", "--workers", "1", "--out", out];
    const first = await run(args, { interruptAfter: "lives of" });
    const chunks = join(out, "chunks.jsonl");
    if (first.code !== 0) expect(first.code).toBe(130);
    if (existsSync(chunks)) appendFileSync(chunks, '{"key":"half a li');
    const second = await run(args);
    expect(second.code).toBe(0);
    const third = await run(args);
    expect(third.err).toContain("120 lives were there already");
    expect(third.out).toBe(second.out);
    const whole = await run(args.slice(0, -2));
    expect(second.out).toBe(whole.out);
    expect(readFileSync(join(out, "tables.md"), "utf8")).toContain("False promotions");
  });

  it("says beforehand how long it takes, and a quick run ends with a verdict in words", async () => {
    const args = ["--quick", "--scenario", "normal-7,ten-7,guard-7", "--lives", "25", "--seed", "t"];
    const { code, out, err } = await run(args);
    expect(code).toBe(0);
    expect(err).toMatch(/^75 lives of 3 scenarios, .*: about \d+ s with \d+ workers/);
    expect(out).toContain("nothing changed: rolled back in");
    expect(out.trim().split("\n").at(-1)).toMatch(/^VERDICT: /);
  });

  it("certifies a user's own trades", async () => {
    const prng = createPrng("own");
    const rows = ["id,signal_id,bot,opened_at,closed_at,profit"];
    for (let i = 0; i < 400; i++) {
      const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1) + (60 * i + minutes) * 60_000).toISOString();
      const common = prng.normal();
      const pnl = 5 + 20 * common;
      rows.push(`a${i},s${i},alpha,${at(0)},${at(30)},${pnl.toFixed(2)}`);
      rows.push(`b${i},s${i},beta,${at(0)},${at(30)},${(5 + 16 * common + 12 * prng.normal()).toFixed(2)}`);
    }
    const file = join(dir, "trades.csv");
    writeFileSync(file, rows.join("\n"));
    const out = join(dir, "certificate");
    const map = "trade_id=id,model_name=bot,pnl=profit";
    const args = ["--trades", file, "--model", "alpha", "--map", map, "--better", "100", "--lives", "25", "--out", out];
    const { code, out: text, err } = await run(args);
    expect(err).not.toContain("Error");
    expect(code).toBe(0);
    expect(text).toContain("With your trades and your settings");
    expect(text).not.toContain(dir);
    const certificate = JSON.parse(readFileSync(join(out, "certificate.json"), "utf8"));
    expect(certificate.facts).toMatchObject({ model: "alpha", trades: 400, overlap: 1 });
    expect(certificate.facts.exchanged).toEqual({ models: ["alpha", "beta"], rows: 400 });
    expect(text).toMatch(/Not shown by this: .* longer than \d+ signals/);
    expect(certificate.facts.correlation).toBeGreaterThan(0.7);
    expect(certificate.facts.correlation).toBeLessThan(0.9);
    expect(certificate.results.map((r: { percent: number }) => r.percent)).toEqual([0, 100]);
    for (const name of ["false-promotions.svg", "better-challengers.svg"]) {
      const svg = readFileSync(join(out, name), "utf8");
      expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
  });
});
