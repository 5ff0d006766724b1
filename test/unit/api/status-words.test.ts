import { describe, expect, it } from "vitest";
import { statusInWords } from "../../../shared/api/status-words.ts";
import { recorded } from "../../support/recorded-answers.ts";

describe("the status in words", () => {
  it("stands first in the answer, and says so when there is nothing yet", async () => {
    const { status } = await recorded("empty");
    expect(Object.keys(status)[0]).toBe("in_words");
    expect(status.in_words).toBe("No model is deployed yet: the first one deployed becomes champion.");
  });

  it("says who trades and how every test stands", async () => {
    const { status } = await recorded("gathering");
    expect(status.in_words).toMatch(/^momentum_v1 is champion with all of the money and \d+ trades\./);
    for (const { model_name, reason } of status.challengers)
      expect(status.in_words).toContain(`Challenger ${model_name} is pending: ${reason}`);
  });

  it("has the guard of a new champion, and after a rollback the cooldown and who can be restored", async () => {
    const guarded = (await recorded("guarded")).status;
    expect(guarded.in_words).toContain(`Its guard: ${guarded.champion!.guard!.in_words}`);
    expect(guarded.in_words).toContain("momentum_v1 can be restored.");
    const after = (await recorded("rolled-back")).status;
    expect(after.champion!.cooldown!.trades_left).toBeGreaterThan(0);
    expect(after.in_words).toContain(after.champion!.cooldown!.in_words);
  });

  it("begins with a pause, and ends with what does not count", async () => {
    const { status } = await recorded("gathering");
    const rejected = [{ count: 3 }, { count: 1200 }] as typeof status.rejected;
    const paused = { at: "2026-01-05T12:00:00.000Z", actor: "ann", reason: "exchange outage" };
    const words = statusInWords({ ...status, paused, rejected, challengers: [] });
    expect(words).toMatch(/^Automatic action is paused by ann: exchange outage\. momentum_v1 is champion/);
    expect(words).toContain("No challenger is being tested.");
    expect(words).toMatch(/1,203 trades do not count: see rejected\.$/);
  });
});
