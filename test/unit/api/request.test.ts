import { describe, expect, it } from "vitest";
import type * as z from "zod";
import {
  allocationQuery,
  challengerPath,
  deployRequest,
  historyQuery,
  IdempotencyKeySchema,
  IfMatchSchema,
  promoteRequest,
  reasonRequest,
  reportQuery,
  rollbackRequest,
} from "../../../shared/api/contract/requests.ts";
import { checkInWords } from "../../../shared/domain/validation-words.ts";

/** "path message" of everything that is wrong. */
function faultsOf(schema: z.ZodType, value: unknown): string[] {
  const checked = checkInWords(schema, value);
  return checked.ok ? [] : checked.faults.map(({ path, message }) => `${path.join(".")} ${message}`.trim());
}

const deploy = { model_name: "alpha", model_type: "xgboost" };

describe("POST /shadow/deploy", () => {
  it("fills in what was left out", () => {
    expect(deployRequest().parse(deploy)).toEqual({
      ...deploy,
      version: "1",
      description: "",
      priority: 0,
      design: "auto",
    });
  });

  it("trims text", () => {
    expect(deployRequest().parse({ ...deploy, model_type: "  xgb ", version: " 2 " })).toMatchObject({
      model_type: "xgb",
      version: "2",
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["no type", { model_type: undefined }, "model_type is missing"],
    ["type blank", { model_type: "  " }, "model_type must not be empty"],
    ["type a number", { model_type: 5 }, "model_type must be text"],
    ["type too long", { model_type: "x".repeat(65) }, "model_type must have at most 64 characters"],
    ["version a number", { version: 2 }, "version must be text"],
    ["version empty", { version: "" }, "version must not be empty"],
    ["description too long", { description: "x".repeat(501) }, "description must have at most 500 characters"],
    ["priority as text", { priority: "1" }, "priority must be a number"],
    ["priority between", { priority: 0.5 }, "priority must be a whole number"],
    ["priority too high", { priority: 101 }, "priority must be at most 100"],
    ["priority too low", { priority: -101 }, "priority must be at least -100"],
    ["design unknown", { design: "both" }, "design must be auto, paired or unpaired"],
    ["type that steers a terminal", { model_type: "x\u001b[2J" }, "model_type must not contain control characters"],
    ["description of two lines", { description: "a\nb" }, "description must not contain control characters"],
    ["version written backwards", { version: "1\u202e2" }, "version must not contain control characters"],
    ["half a character", { description: "\ud800" }, "description must not contain control characters"],
    ["a field nobody knows", { prority: 5 }, 'has no field "prority"'],
  ])("refuses %s", (_case, changes, fault) => {
    expect(faultsOf(deployRequest(), { ...deploy, ...changes })).toEqual([fault]);
  });

  it("refuses a name no model may have", () => {
    expect(faultsOf(deployRequest(), { ...deploy, model_name: "a/b" })).toHaveLength(1);
    expect(faultsOf(deployRequest(), { model_type: "x" })).toEqual(["model_name must be text"]);
  });
});

describe("POST /shadow/promote", () => {
  it("needs nothing, and a reason when it is forced", () => {
    expect(promoteRequest().parse({})).toEqual({ force: false });
    expect(faultsOf(promoteRequest(), { force: true })).toEqual(["reason is needed when force is true"]);
    expect(faultsOf(promoteRequest(), { force: true, reason: " " })).toEqual(["reason must not be empty"]);
    expect(promoteRequest().parse({ force: true, reason: "we know" })).toEqual({ force: true, reason: "we know" });
  });

  it("takes true for true only", () => {
    expect(faultsOf(promoteRequest(), { force: "true", reason: "x" })).toEqual(["force must be true or false"]);
    expect(faultsOf(promoteRequest(), { force: 1, reason: "x" })).toEqual(["force must be true or false"]);
  });
});

describe("POST /shadow/rollback", () => {
  it("needs a reason: it stands in history and in the alert", () => {
    expect(faultsOf(rollbackRequest(), {})).toEqual(["reason is missing"]);
    expect(rollbackRequest().parse({ reason: "losses" })).toEqual({ reason: "losses", dry_run: false });
  });

  it("refuses a target that cannot be a model and a dry run that is no flag", () => {
    expect(faultsOf(rollbackRequest(), { reason: "x", to: "" })).toHaveLength(1);
    expect(faultsOf(rollbackRequest(), { reason: "x", dry_run: "yes" })).toEqual(["dry_run must be true or false"]);
  });
});

describe("pause, resume and retire", () => {
  it("take an optional reason", () => {
    expect(reasonRequest().parse({})).toEqual({});
    expect(faultsOf(reasonRequest(), { reason: "x".repeat(501) })).toEqual(["reason must have at most 500 characters"]);
  });
});

describe("GET /shadow/history", () => {
  const cursor = Buffer.from("1767614400000#00000007-0-promotion").toString("base64url");

  it("gives 50 events unless asked for more or fewer", () => {
    expect(historyQuery().parse({})).toEqual({ limit: 50 });
    expect(historyQuery().parse({ limit: "200", cursor, type: "promotion", model_name: "alpha" })).toEqual({
      limit: 200,
      cursor,
      type: "promotion",
      model_name: "alpha",
    });
  });

  it.each([
    ["0", "limit must be at least 1"],
    ["201", "limit must be at most 200"],
    ["2.5", "limit must be a whole number"],
    ["many", "limit must be a number"],
    ["", "limit must be at least 1"],
  ])("refuses limit=%s", (limit, fault) => {
    expect(faultsOf(historyQuery(), { limit })).toContain(fault);
  });

  it.each([
    ["with signs no cursor has", "a b"],
    ["too long", "a".repeat(401)],
    ["of one letter, which stands for nothing", "A"],
    ["that says something else", Buffer.from("hello").toString("base64url")],
    ["cut off", cursor.slice(0, 10)],
  ])("refuses a cursor %s", (_case, text) => {
    expect(faultsOf(historyQuery(), { cursor: text })).toEqual(["cursor is not a cursor of this interface"]);
  });

  it("refuses a type of event there is not: an empty page would look like nothing happened", () => {
    expect(faultsOf(historyQuery(), { type: "promotions" })[0]).toMatch(/^type must be one of deployed, .*promotion/);
  });

  it("refuses filters nobody knows", () => {
    expect(faultsOf(historyQuery(), { model: "alpha" })).toEqual(['has no field "model"']);
  });
});

describe("GET /shadow/report and /shadow/allocation", () => {
  it("take moments with a zone", () => {
    expect(faultsOf(reportQuery(), { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00+01:00" })).toEqual([]);
    expect(faultsOf(reportQuery(), { to: "2026-01-01T00:00:00" })).toEqual([
      "to must be a date such as 2026-03-01, or a date-time with zone such as 2026-03-01T08:00:00Z",
    ]);
  });

  it("take plain dates, and refuse a day there is not and a period that runs backwards", () => {
    expect(faultsOf(reportQuery(), { from: "2026-01-01", to: "2026-01-01" })).toEqual([]);
    expect(faultsOf(reportQuery(), { from: "2026-02-30" })).toHaveLength(1);
    expect(faultsOf(reportQuery(), { from: "2026-01-02", to: "2026-01-01" })).toEqual(["from must lie before to"]);
  });

  it("take one signal", () => {
    expect(allocationQuery().parse({ signal_id: "s1" })).toEqual({ signal_id: "s1" });
    expect(faultsOf(allocationQuery(), { signal_id: "" })).toHaveLength(1);
  });
});

describe("what the validator says", () => {
  it.each<[unknown, string]>([
    [[], "must be an object"],
    [null, "must be an object"],
    [undefined, "is missing"],
    ["x", "must be an object"],
  ])("of %j is in our words", (body, fault) => {
    expect(faultsOf(deployRequest(), body)).toEqual([fault]);
  });

  it("quotes a few foreign fields, short and plain", () => {
    const body = { reason: "x", "a\u001b[2J": 1, [`b${"x".repeat(90)}`]: 1, c: 1, d: 1, e: 1, f: 1 };
    expect(faultsOf(rollbackRequest(), body)).toEqual([`has no field "a?[2J", "b${"x".repeat(39)}…", "c", "d", "e"`]);
  });
});

describe("model names in paths and idempotency keys", () => {
  it("are checked like everything else", () => {
    expect(challengerPath().safeParse({ challenger: "alpha" }).success).toBe(true);
    expect(challengerPath().safeParse({ challenger: "../x" }).success).toBe(false);
    expect(challengerPath().safeParse({}).success).toBe(false);
  });

  it.each<[string, number | null]>([
    ['"12"', 12],
    ['W/"12"', 12],
    ["12", 12],
    ["*", null],
  ])("If-Match %s is the version %s", (text, version) => {
    expect(IfMatchSchema.parse(text)).toBe(version);
  });

  it.each(["", '"a"', '"1", "2"', "-1", '"1.5"', "9".repeat(16)])("If-Match %j is none", (text) => {
    expect(IfMatchSchema.safeParse(text).success).toBe(false);
  });

  it.each(["k", "a-b_c:1", "x".repeat(128)])("the key %s will do", (key) => {
    expect(IdempotencyKeySchema.safeParse(key).success).toBe(true);
  });

  it.each(["", "a b", "ä", "x".repeat(129), "a\nb"])("the key %j will not", (key) => {
    expect(IdempotencyKeySchema.safeParse(key).success).toBe(false);
  });
});
