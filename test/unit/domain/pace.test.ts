import { describe, expect, it } from "vitest";
import { emptyHead, type LedgerHead } from "../../../shared/domain/ledger.ts";
import { formerWait, isWaitedFor, type Standstills } from "../../../shared/domain/pace.ts";
import { MINUTE, NOON } from "../../support/samples.ts";

const DAY = 24 * 60 * MINUTE;
/** Last year's trades, arriving now. */
const head = (model: string, o: Partial<LedgerHead> = {}): LedgerHead => ({
  ...emptyHead(model),
  count: 100,
  clock: NOON - 300 * DAY,
  arrivedAt: NOON,
  ...o,
});

const wait = (o: {
  former?: Partial<LedgerHead>;
  champion?: Partial<LedgerHead>;
  ahead?: number;
  now?: number;
  seen?: Standstills;
}) =>
  formerWait({
    former: head("former", o.former),
    champion: head("champion", o.champion),
    ahead: o.ahead ?? 0,
    standstills: o.seen ?? new Map(),
    now: o.now ?? NOON,
  });

describe("the wait for the former champion", () => {
  it("does not exist live: a rollback never hangs on a paper model's report", () => {
    expect(wait({ champion: { clock: NOON - MINUTE }, ahead: 5 })).toEqual({ until: Infinity, again: null });
  });

  it("reads in a replay up to what the former has reported", () => {
    expect(wait({ former: { clock: 77 }, ahead: 9 })).toEqual({ until: 77, again: null });
  });

  it("ends after a minute without a new row; a challenger is waited for ten times as long", () => {
    const former = { clock: 77, arrivedAt: NOON - MINUTE };
    expect(wait({ former }).until).toBe(77);
    expect(wait({ former: { ...former, arrivedAt: NOON - MINUTE - 1 } }).until).toBe(Infinity);
    expect(isWaitedFor(head("x", { arrivedAt: NOON - 10 * MINUTE }), head("champion"))).toBe(true);
    expect(isWaitedFor(head("x", { arrivedAt: NOON - 10 * MINUTE - 1 }), head("champion"))).toBe(false);
  });

  it("ends within seconds when the champion is ten trades ahead and the former's ledger stands still", () => {
    const seen: Standstills = new Map();
    const o = { former: { clock: 77 }, ahead: 10, seen };
    expect(wait(o)).toEqual({ until: 77, again: 5000 });
    expect(wait({ ...o, now: NOON + 2000 })).toEqual({ until: 77, again: 3000 });
    expect(wait({ ...o, now: NOON + 5000 })).toEqual({ until: Infinity, again: null });
  });

  it("begins anew when the former's ledger grows: it was only slower", () => {
    const seen: Standstills = new Map();
    wait({ former: { clock: 77 }, ahead: 10, seen });
    expect(wait({ former: { clock: 80, count: 101 }, ahead: 10, seen, now: NOON + 5000 })).toEqual({
      until: 80,
      again: 5000,
    });
  });

  it("does not exist for a model that never reported", () => {
    expect(
      formerWait({ former: undefined, champion: head("champion"), ahead: 50, standstills: new Map(), now: NOON }).until,
    ).toBe(Infinity);
    expect(wait({ former: { clock: null, arrivedAt: null } }).until).toBe(Infinity);
  });
});
