import { expect, test } from "vitest";
import { makeProgress } from "../../cli/terminal/progress.ts";

function stream(o: { isTTY: boolean; columns?: number }) {
  const written: string[] = [];
  return { ...o, written, write: (text: string) => written.push(text) };
}

function progressOn(target: ReturnType<typeof stream>) {
  const clock = { ms: 0 };
  const progress = makeProgress({
    total: 1000,
    unit: "trades",
    stream: target as unknown as NodeJS.WriteStream,
    now: () => clock.ms,
  });
  return { clock, progress };
}

test("a terminal gets one line, redrawn in place and never wider than the terminal", () => {
  const terminal = stream({ isTTY: true, columns: 50 });
  const { clock, progress } = progressOn(terminal);
  clock.ms = 1000;
  progress.to(250);
  progress.to(251); // too soon to be drawn
  clock.ms = 2000;
  progress.to(500);
  progress.end();
  const lines = terminal.written.filter((text) => text.includes("█"));
  expect(lines.map((line) => line.slice(0, 30))).toEqual([
    "██████░░░░░░░░░░░░░░░░░░ 250 o",
    "████████████░░░░░░░░░░░░ 500 o",
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(50);
  expect(terminal.written.join("")).not.toContain("\n");
});

test("anything else gets a plain line now and then, with the rate and the time left", () => {
  const file = stream({ isTTY: false });
  const { clock, progress } = progressOn(file);
  for (let done = 10; done <= 600; done += 10) {
    clock.ms = 10 * done;
    progress.to(done);
  }
  progress.say("something happened");
  progress.end();
  expect(file.written).toEqual(["500 of 1,000 trades, 100/s, 5.0 s left\n", "something happened\n"]);
});
