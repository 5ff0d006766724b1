import { describe, expect, it } from "vitest";
import type { Health, Status } from "../../dashboard/client.ts";
import { standingOf } from "../../dashboard/standing.ts";

/** The header's one word: the gravest thing that is known of the champion. */

type Champion = NonNullable<Status["champion"]>;
type Known = Pick<Champion, "guard" | "breaker" | "cooldown" | "trade_count"> & { monitor: { episodes: number } };

const calm: Known = { guard: null, breaker: null, cooldown: null, trade_count: 850, monitor: { episodes: 0 } };
const champion = (changed: object): Champion => ({ ...calm, ...changed }) as Champion;
const guard = (status: string, verdict: string | null = null) => ({
  status,
  window: 100,
  alerted: false,
  reading: verdict === null ? null : { verdict, trades: 35 },
});
const health = {
  healthy: true,
  problems: [] as string[],
  automatic_action: { state: "on", in_words: "On." },
} as Health;
const off = { healthy: true, automatic_action: { state: "off", in_words: "Off: no reports." } } as Health;
const pause = { at: "2026-01-01T00:00:00Z", actor: "somebody", reason: "outage" };
const wordOf = (changed: object, o: { paused?: typeof pause | null; health?: Health | null } = {}) =>
  standingOf({ champion: champion(changed), paused: o.paused ?? null }, o.health === undefined ? health : o.health);

describe("the word beside the champion", () => {
  it.each([
    ["Safe", "good", {}, {}],
    ["No trades yet", "watch", { trade_count: 0 }, {}],
    ["Under guard", "watch", { guard: guard("watching", "watching") }, {}],
    ["Guard alert", "watch", { guard: { ...guard("watching", "alert"), alerted: true } }, {}],
    ["Safe", "good", { guard: guard("passed", "passed") }, {}],
    ["Market fell", "watch", { guard: guard("watching", "market") }, {}],
    ["Unclear", "watch", { guard: guard("watching", "unclear") }, {}],
    ["Fails", "wrong", { guard: guard("watching", "rollback") }, {}],
    ["Rollback advised", "wrong", { guard: guard("advised") }, {}],
    ["Not guarded", "watch", { guard: guard("blind") }, {}],
    ["Money held back", "wrong", { breaker: { reason: "Loss of 500 reached." } }, {}],
    ["Degraded before", "watch", { monitor: { episodes: 2 } }, {}],
    ["Cooling down", "good", { cooldown: { in_words: "200 trades left.", trades_left: 200 } }, {}],
    ["Paused", "watch", {}, { paused: pause }],
    ["By hand", "watch", {}, { health: off }],
    ["Not known", "watch", {}, { health: null }],
    ["Not healthy", "wrong", {}, { health: { ...health, healthy: false } }],
  ])("is %s (%s)", (word, tone, known, o) => {
    expect(wordOf(known, o)).toMatchObject({ word, tone });
  });

  it("names the gravest: a failing champion is not called paused, and unknown health never safe", () => {
    expect(wordOf({ guard: guard("watching", "rollback") }, { paused: pause, health: null })?.word).toBe("Fails");
    expect(wordOf({}, { paused: pause, health: { ...health, healthy: false } })?.word).toBe("Not healthy");
  });

  it("says why in a sentence, and nothing at all while there is no champion", () => {
    expect(wordOf({ guard: guard("watching", "watching") })?.why).toBe("35 of 100 trades beside the former champion.");
    expect(wordOf({}, { health: off })?.why).toBe("Off: no reports.");
    const problems = ["Two batches of stream records failed.", "An alert waits."];
    expect(wordOf({}, { health: { ...health, healthy: false, problems } })?.why).toBe(problems[0]);
    expect(standingOf({ champion: null, paused: null }, health)).toBeNull();
  });
});
