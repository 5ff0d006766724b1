import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";

const folder = join(import.meta.dirname, "..", "..", "docs", "session");
const recording = readFileSync(join(folder, "session.asciicast"), "utf8");
const [header, ...entries] = recording
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line)) as [Record<string, unknown>, ...[number, string, string][]];

describe("the recorded session", () => {
  test("is an asciicast of version 2: a header, then what the terminal showed and when, in order", () => {
    expect(header).toMatchObject({ version: 2, width: 120, height: 40, idle_time_limit: 2 });
    expect(entries.length).toBeGreaterThan(20);
    let latest = 0;
    for (const [seconds, kind, text] of entries) {
      expect([kind, typeof text]).toEqual(["o", "string"]);
      expect(seconds).toBeGreaterThanOrEqual(latest);
      latest = seconds;
    }
  });

  test("shows a challenger of the sample promoted, and every command of it succeed but the one that is to fail", () => {
    const shown = entries.map(([, , text]) => text).join("");
    expect(shown).toContain("clever replaces steady as champion");
    expect(shown.match(/\(exit code \d+\)/g)).toEqual(["(exit code 1)"]);
    expect(shown).toContain("Good-bye.");
  });

  test("is what session.txt says, and small enough to be kept", () => {
    const text = entries.map(([, , shown]) => shown.replaceAll("\r\n", "\n")).join("");
    expect(text).toBe(readFileSync(join(folder, "session.txt"), "utf8"));
    expect(gzipSync(recording).length).toBeLessThan(100_000);
  });
});
