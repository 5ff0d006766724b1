import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkTrade, FUTURE_MS_MAX, ModelNameSchema, parseTime } from "../../../shared/domain/trade.ts";

const ARRIVED = Date.UTC(2026, 2, 2, 15);

function row(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const image = {
    model_name: "alpha",
    trade_id: "t1",
    pnl: 12.5,
    closed_at: "2026-03-02T14:30:00Z",
    ...changes,
  };
  return Object.fromEntries(Object.entries(image).filter(([, value]) => value !== undefined));
}

function reasonsOf(changes: Record<string, unknown>): string[] {
  const check = checkTrade(row(changes), { arrivedAt: ARRIVED });
  return check.ok ? [] : check.reasons;
}

describe("a trade with the required fields alone", () => {
  it("counts, with the documented defaults", () => {
    const check = checkTrade(row(), { arrivedAt: ARRIVED });

    const closedAt = Date.UTC(2026, 2, 2, 14, 30);
    expect(check).toEqual({
      ok: true,
      trade: {
        tradeId: "t1",
        signalId: "t1",
        modelName: "alpha",
        pnl: 12.5,
        openedAt: closedAt,
        openedKnown: false,
        closedAt,
        took: true,
        executed: false,
        final: true,
      },
    });
  });
});

describe("a trade with every field", () => {
  it("counts as it was reported", () => {
    const check = checkTrade(
      row({
        signal_id: "s9",
        prediction: -1,
        actual_outcome: 1,
        confidence: 0.75,
        executed: true,
        symbol: "EURUSD",
        opened_at: "2026-03-02T14:00:00Z",
        expires_at: 1_900_000_000,
        note: "fields nobody knows are the ensemble's own business",
      }),
      { arrivedAt: ARRIVED },
    );

    expect(check).toMatchObject({
      ok: true,
      trade: { signalId: "s9", took: true, executed: true, openedAt: Date.UTC(2026, 2, 2, 14) },
    });
  });

  it("is an abstention when prediction is 0", () => {
    expect(checkTrade(row({ prediction: 0, pnl: 0 }), { arrivedAt: ARRIVED })).toMatchObject({
      trade: { took: false },
    });
  });
});

describe("a trade that may not count names its fault", () => {
  const long = "x".repeat(257);
  it.each<[string, Record<string, unknown>, string]>([
    ["no pnl", { pnl: undefined }, "pnl is missing"],
    ["pnl as text", { pnl: "12.5" }, "pnl must be a finite number (type N)"],
    ["pnl NULL", { pnl: null }, "pnl must be a finite number (type N)"],
    ["pnl NaN", { pnl: Number.NaN }, "pnl must be a finite number (type N)"],
    ["pnl infinite", { pnl: Number.POSITIVE_INFINITY }, "pnl must be a finite number (type N)"],
    ["pnl beyond any account", { pnl: 1.1e12 }, "pnl must lie within ±1000000000000"],
    ["pnl below any account", { pnl: -1.1e12 }, "pnl must lie within ±1000000000000"],
    ["no close", { closed_at: undefined }, "closed_at must be text in ISO-8601"],
    ["close as a number", { closed_at: 1_772_461_800 }, "closed_at must be text in ISO-8601"],
    [
      "close in words",
      { closed_at: "2 March 2026" },
      "closed_at must be an ISO-8601 date-time, e.g. 2026-03-02T14:30:00Z",
    ],
    ["open in words", { opened_at: "yesterday" }, "opened_at must be an ISO-8601 date-time, e.g. 2026-03-02T14:30:00Z"],
    ["open as a number", { opened_at: 5 }, "opened_at must be text in ISO-8601"],
    ["opened after it closed", { opened_at: "2026-03-02T14:30:01Z" }, "opened_at must not be later than closed_at"],
    ["signal id empty", { signal_id: "" }, "signal_id must not be empty"],
    ["signal id a number", { signal_id: 7 }, "signal_id must be text"],
    ["signal id too long", { signal_id: long }, "signal_id must have at most 256 characters"],
    ["signal id of two lines", { signal_id: "a\nb" }, "signal_id must not contain control characters"],
    ["trade id too long", { trade_id: long }, "trade_id must have at most 256 characters"],
    ["trade id of two lines", { trade_id: "a\r\nb" }, "trade_id must not contain control characters"],
    ["prediction between", { prediction: 0.5 }, "prediction must be -1, 0 or 1"],
    ["prediction as text", { prediction: "1" }, "prediction must be -1, 0 or 1"],
    ["outcome between", { actual_outcome: 0.5 }, "actual_outcome must be 0 or 1"],
    ["outcome as a flag", { actual_outcome: true }, "actual_outcome must be 0 or 1"],
    ["confidence in percent", { confidence: 55 }, "confidence must lie between 0 and 1"],
    ["confidence as text", { confidence: "high" }, "confidence must be a number"],
    ["executed as text", { executed: "true" }, "executed must be true or false (type BOOL)"],
    ["symbol a number", { symbol: 1 }, "symbol must be text"],
    ["symbol too long", { symbol: "x".repeat(65) }, "symbol must have at most 64 characters"],
    ["expiry as text", { expires_at: "soon" }, "expires_at must be a number of epoch seconds"],
    ["an abstention with a result", { prediction: 0, pnl: 3 }, "an abstention (prediction 0) must have pnl 0"],
    [
      "a model name with a blank",
      { model_name: "my model" },
      "model_name must be 1 to 64 letters, digits, '.', '_' or '-', starting with a letter or digit",
    ],
  ])("%s", (_case, changes, reason) => {
    expect(reasonsOf(changes)).toEqual([reason]);
  });

  it("and all of them when there are several", () => {
    expect(reasonsOf({ pnl: undefined, closed_at: "now", confidence: 2 })).toEqual([
      "pnl is missing",
      "closed_at must be an ISO-8601 date-time, e.g. 2026-03-02T14:30:00Z",
      "confidence must lie between 0 and 1",
    ]);
  });

  it.each([[null], [undefined], ["text"], [42], [[]]])("when the row is no row at all: %j", (image) => {
    expect(checkTrade(image, { arrivedAt: ARRIVED }).ok).toBe(false);
  });

  it("when an attribute comes out of the SDK as a foreign object: with a reason, not by an exception", () => {
    const foreign = Object.create(Uint8Array.from([0, 2]));
    expect(checkTrade(row({ signal_id: foreign }), { arrivedAt: ARRIVED })).toMatchObject({ ok: false });
    expect(reasonsOf({ signal_id: foreign })).not.toEqual([]);
  });
});

describe("a close in the future", () => {
  it("counts up to five minutes ahead of the arrival: clocks differ", () => {
    expect(reasonsOf({ closed_at: new Date(ARRIVED + FUTURE_MS_MAX).toISOString() })).toEqual([]);
  });

  it("does not count beyond that: one such row would stall its model's clock", () => {
    expect(reasonsOf({ closed_at: new Date(ARRIVED + FUTURE_MS_MAX + 1).toISOString() })).toEqual([
      "closed_at lies in the future: more than 5 minutes after the trade arrived (a time without zone is UTC)",
    ]);
    expect(FUTURE_MS_MAX).toBe(300_000);
  });
});

describe("model names", () => {
  it.each(["a", "7", "xgb-v2.1_final", "A".repeat(64)])("%s is one", (name) => {
    expect(ModelNameSchema.safeParse(name).success).toBe(true);
  });

  it.each(["", "-a", ".a", "a b", "a/b", "ä", "a#b", "A".repeat(65), 5])("%j is none", (name) => {
    expect(ModelNameSchema.safeParse(name).success).toBe(false);
  });
});

describe("parseTime", () => {
  const at = Date.UTC(2026, 2, 2, 14, 30, 5, 123);
  it.each<[string, string, number]>([
    ["ISO with Z", "2026-03-02T14:30:05.123Z", at],
    ["Python's isoformat with microseconds and zone", "2026-03-02T14:30:05.123456+00:00", at],
    ["Python's isoformat without a zone is UTC", "2026-03-02T14:30:05.123456", at],
    ["Python's str() of a datetime", "2026-03-02 14:30:05.123456+00:00", at],
    ["Python's isoformat on a whole second", "2026-03-02T14:30:05", at - 123],
    ["minutes alone", "2026-03-02T14:30Z", Date.UTC(2026, 2, 2, 14, 30)],
    ["an offset east", "2026-03-02T16:30:05.123+02:00", at],
    ["an offset west without colon", "2026-03-02T09:00:05.123-0530", at],
    ["nanoseconds", "2026-03-02T14:30:05.123999999Z", at],
    ["a comma before the fraction", "2026-03-02T14:30:05,123Z", at],
    ["a leap day", "2024-02-29T00:00:00Z", Date.UTC(2024, 1, 29)],
    ["the first moment", "1970-01-01T00:00:00Z", 0],
    ["an offset over the year's edge", "2026-01-01T00:30:00+01:00", Date.UTC(2025, 11, 31, 23, 30)],
  ])("reads %s", (_case, text, expected) => {
    expect(parseTime(text)).toBe(expected);
  });

  it.each([
    ["a leap day of a common year", "2025-02-29T00:00:00Z"],
    ["a leap day of a century", "2100-02-29T00:00:00Z"],
    ["a 31st of April", "2026-04-31T00:00:00Z"],
    ["a thirteenth month", "2026-13-01T00:00:00Z"],
    ["month 0", "2026-00-10T00:00:00Z"],
    ["day 0", "2026-01-00T00:00:00Z"],
    ["hour 24", "2026-01-01T24:00:00Z"],
    ["minute 60", "2026-01-01T10:60:00Z"],
    ["a leap second", "2016-12-31T23:59:60Z"],
    ["a date without a time", "2026-03-02"],
    ["epoch seconds as text", "1772461800"],
    ["a zone by name", "2026-03-02T14:30:00 UTC"],
    ["an offset no zone has", "2026-03-02T14:30:00+99:00"],
    ["an offset of 75 minutes past the hour", "2026-03-02T14:30:00+01:75"],
    ["a time before 1970", "1969-12-31T23:59:59Z"],
    ["a year a two-digit reading would turn into 1970", "0070-01-01T00:00:00Z"],
    ["a time after 2200", "2200-01-01T00:00:00Z"],
    ["nothing", ""],
    ["blanks around it", " 2026-03-02T14:30:00Z "],
  ])("refuses %s", (_case, text) => {
    expect(parseTime(text)).toBeNull();
  });

  it("reads back every moment that ISO-8601 can write, to the millisecond", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) - 1 }), (ms) => {
        expect(parseTime(new Date(ms).toISOString())).toBe(ms);
      }),
    );
  });

  it("moves with the offset, whatever it is", () => {
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
    const moment = fc.integer({ min: Date.UTC(1971, 0, 1), max: Date.UTC(2190, 0, 1) });
    fc.assert(
      fc.property(moment, offset, (ms, minutes) => {
        const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
        const zone = `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
        const local = new Date(ms + minutes * 60_000).toISOString().replace("Z", zone);
        expect(parseTime(local)).toBe(ms);
      }),
    );
  });
});
