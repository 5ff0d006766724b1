import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { machineForm, renderAlert } from "../../../shared/domain/alert.ts";
import { type EventOf, type EventType, priorityOf } from "../../../shared/domain/event.ts";
import { SHORT_CHARS_MAX } from "../../../shared/domain/short-text.ts";
import { snakeCase } from "../../../shared/domain/snake-case.ts";
import { aFinding, anEvent, aReading, MINUTE, NOON, someDetails } from "../../support/samples.ts";

const types = Object.keys(priorityOf) as EventType[];
const prod = { environment: "prod" };

describe.each(types)("an alert of %s", (type) => {
  const alert = renderAlert(anEvent(type), prod);

  it("has a subject SNS accepts, with priority and environment", () => {
    expect(alert.subject).toMatch(/^[\x20-\x7e]{1,100}$/);
    expect(alert.subject).toMatch(new RegExp(`^\\[${priorityOf[type]}\\] .*alpha.* \\(prod\\)$`));
  });

  it("has a text for telephones that is one message: what it is, how urgent, where, and of whom", () => {
    expect(alert.bodies.short).toMatch(new RegExp(`^${priorityOf[type]} .*\\(prod\\): .*alpha`));
    expect(alert.bodies.short.length).toBeLessThanOrEqual(SHORT_CHARS_MAX);
  });

  it("has the attributes subscribers filter by", () => {
    expect(alert.attributes).toEqual({
      event_type: type,
      priority: priorityOf[type],
      environment: "prod",
      model_name: "alpha",
      event_id: `00000007-0-${type}`,
    });
  });

  it("names what it was caused by, where that is known", () => {
    const caused = renderAlert(anEvent(type), { ...prod, correlationId: "ticket-17" });
    expect(caused).toEqual({ ...alert, attributes: { ...alert.attributes, correlation_id: "ticket-17" } });
  });

  it("is a custom notification Amazon Q Developer understands", () => {
    const chat = JSON.parse(alert.bodies.chat);
    expect(Object.keys(chat).sort()).toEqual(["content", "id", "metadata", "source", "version"]);
    expect(chat).toMatchObject({
      version: "1.0",
      source: "custom",
      id: `00000007-0-${type}`,
      content: { textType: "client-markdown", keywords: [type, priorityOf[type], "prod"] },
      metadata: { threadId: "alpha", eventType: type, summary: "alpha did something." },
    });
    expect(chat.content.title).toContain("alpha");
    expect(chat.content.description).toContain("alpha did something.");
    for (const list of [chat.content.nextSteps ?? [], chat.content.keywords])
      for (const text of list) expect(text).toEqual(expect.any(String));
    expect(Object.values(chat.metadata.additionalContext).every((v) => typeof v === "string")).toBe(true);
  });

  it("tells people what happened, why, and what to do", () => {
    const { text } = alert.bodies;
    expect(text.split("\n")[0]).toBe("alpha did something.");
    expect(text).toContain("By: understudy");
    expect(text).toContain("Why: a reason");
    expect(text).toContain("Trade time: 2026-01-05 11:59:00 UTC");
    expect(text).toContain(`event 00000007-0-${type}`);
    expect(text).toMatch(/\nWhat to do:\n- ./);
    expect(text).not.toMatch(/\{model\}|undefined|null|NaN/);
  });

  it("tells machines everything, in the names of the HTTP interface", () => {
    expect(JSON.parse(alert.bodies.machine)).toEqual({
      event_id: `00000007-0-${type}`,
      event_type: type,
      at: new Date(NOON).toISOString(),
      trade_time: new Date(NOON - MINUTE).toISOString(),
      model_name: "alpha",
      summary: "alpha did something.",
      actor: "understudy",
      reason: "a reason",
      registry_version: 7,
      details: snakeCase(someDetails[type]),
      priority: priorityOf[type],
      environment: "prod",
    });
  });
});

describe("priorities", () => {
  it("are those of the contract", () => {
    expect(priorityOf).toMatchObject({
      promotion: "HIGH",
      rollback: "CRITICAL",
      rollback_failed: "CRITICAL",
      degradation: "HIGH",
      manual_review: "MEDIUM",
      trade_rejected: "MEDIUM",
      data_integrity: "CRITICAL",
      deployed: "LOW",
      retired: "LOW",
      queued: "LOW",
      paused: "LOW",
    });
  });
});

describe("the next steps", () => {
  it.each<[EventType, string]>([
    ["promotion", "POST /shadow/rollback"],
    ["rollback", "GET /shadow/allocation"],
    ["rollback_failed", "take alpha out of the ensemble"],
    ["degradation", "If you do not trust alpha any more"],
    ["manual_review", "POST /shadow/promote/alpha"],
    ["paused", "POST /shadow/resume"],
  ])("of %s name the call to make", (type, step) => {
    const { text, chat } = renderAlert(anEvent(type), prod).bodies;
    expect(text).toContain(step);
    expect(JSON.parse(chat).content.nextSteps.join()).toContain(step);
  });
});

describe("a decision wanted", () => {
  const stepsFor = (verdict: "approve" | "manual-review") => {
    const { details } = anEvent("manual_review") as EventOf<"manual_review">;
    const event = anEvent("manual_review", { details: { ...details, look: { ...details.look, verdict } } });
    return renderAlert(event, prod).bodies.text;
  };

  it("names the call that will be accepted: what the rule did not approve needs force and a reason", () => {
    expect(stepsFor("approve")).toContain("To accept it: POST /shadow/promote/alpha. To decline");
    expect(stepsFor("manual-review")).toContain(
      'POST /shadow/promote/alpha {"force": true, "reason": "…"}. To decline',
    );
  });
});

describe("what the former champion did on the same signals", () => {
  const besideIn = (type: EventType, details: object = {}) => {
    const event = anEvent(type);
    const changed = { ...event, details: { ...event.details, ...details } } as typeof event;
    const { text, chat } = renderAlert(changed, prod).bodies;
    const line = /^The former champion: (.*)$/m.exec(text)?.[1] ?? null;
    expect(JSON.parse(chat).content.description.includes("*The former champion*")).toBe(line !== null);
    return line;
  };

  it("stands in every alert about a champion that replaced another", () => {
    for (const type of [
      "rollback",
      "guard_passed",
      "guard_mode",
      "guard_unclear",
      "market",
      "rollback_advised",
      "hard_stop",
    ] as const)
      expect([type, besideIn(type)]).toEqual([
        type,
        "over the same 20 signals former earned 80.00 more than the champion.",
      ]);
    expect(besideIn("degradation")).toBe("over the same 60 signals former made 50.00, the champion lost 400.00.");
    expect(besideIn("degradation", aFinding)).toContain("earned 80.00 more");
    expect(besideIn("promotion")).toBe(
      "over the same 500 signals beta earned 3.00 less a signal than the new champion.",
    );
  });

  it("is said to be unknown where it is, never left out", () => {
    const shadow = { former: "old", pairs: 0, meanDifference: null, totalDifference: 0, z: null };
    expect(besideIn("rollback", { reverseShadow: null })).toBe("there is none whose trades could be compared.");
    expect(besideIn("rollback", { reverseShadow: shadow })).toBe("old has answered none of the same signals.");
    expect(besideIn("rollback", { reverseShadow: { ...shadow, pairs: 3, totalDifference: 5 } })).toBe(
      "over the same 3 signals old earned 5.00 less than the champion.",
    );
    expect(besideIn("degradation", { former: null })).toBe("there is none whose trades could be compared.");
    expect(besideIn("promotion", { meanPnlChange: null })).toBe(
      "beta and the new champion have answered no common signals.",
    );
  });

  it("has no place where nobody replaced anybody", () => {
    for (const type of ["deployed", "paused", "trade_rejected", "retired"] as const) expect(besideIn(type)).toBeNull();
  });
});

describe("the facts in the text", () => {
  const { text } = renderAlert(anEvent("promotion"), prod).bodies;
  const rollback = renderAlert(anEvent("rollback"), prod).bodies.text;

  it("are single values in words, rounded to be read", () => {
    expect(text).toContain("Win rate beside the former champion's: +1.2 points");
    expect(text).toContain("PnL a signal beside the former champion's: +3.00");
    expect(text).toContain("Score: 80 of 100");
  });

  it("hold the measured numbers of the guard, and not the whole dossier", () => {
    expect(rollback).toContain("Trades since the promotion: 22, 50.0 % of them won");
    expect(rollback).toContain("Drawdown since the promotion: 120.50 (promised: at most 400.00)");
    expect(rollback).not.toContain(String(aReading.at));
    expect(renderAlert(anEvent("manual_review"), prod).bodies.text).not.toContain("Look");
  });

  it("do not repeat a reason the summary has given", () => {
    const event = anEvent("retired", { summary: "alpha was retired: too slow", reason: "too slow" });
    expect(renderAlert(event, prod).bodies.text).not.toContain("Why: too slow");
  });

  it("are all there for machines, in snake_case, numbers unrounded", () => {
    const detailsOf = (type: EventType) => JSON.parse(renderAlert(anEvent(type), prod).bodies.machine).details;
    expect(detailsOf("promotion")).toMatchObject({ win_rate_change: 0.0123456789, guard: { reference: "former" } });
    expect(detailsOf("rollback")).toMatchObject({ demoted_version: "1", guard: { win_rate: 0.5, trade_id: "t22" } });
    expect(detailsOf("data_integrity")).toMatchObject({ trade_id: "t1", by_kind: { amended: 1 } });
  });
});

describe("an event about the whole system", () => {
  it("has no model's name and still reads well", () => {
    const alert = renderAlert(anEvent("paused", { modelName: null, tradeTime: null }), prod);
    expect(alert.subject).toBe("[LOW] Automatic action paused: all models (prod)");
    expect(alert.attributes.model_name).toBe("-");
    expect(machineForm(anEvent("paused", { modelName: null, tradeTime: null }))).toMatchObject({
      model_name: null,
      trade_time: null,
    });
  });
});

describe("names of unknown models, which anybody who may write trades can choose", () => {
  it("never break an alert: a poison name must not hold up the others", () => {
    const name = fc.oneof(
      fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 300 }).map((codes) => String.fromCharCode(...codes)),
      fc.constantFrom("a\u0000b", "x\r\ny", "€".repeat(99), "\u{1f600}".repeat(99), "\ud800", "{model}", "$&"),
    );
    fc.assert(
      fc.property(name, (modelName) => {
        const summary = `1 trade(s) of ${modelName} do not count.`;
        const details = { ...someDetails.trade_rejected, tradeId: modelName };
        const alert = renderAlert(anEvent("trade_rejected", { modelName, summary, details }), prod);
        expect(alert.subject).toMatch(/^[\x20-\x7e]{1,100}$/);
        // What XML, and so SNS and SQS, cannot carry: control characters and halves of surrogate pairs.
        for (const text of [...Object.values(alert.attributes), ...Object.values(alert.bodies)]) {
          expect(text).not.toMatch(/[^\P{Cc}\n]|[\ufffe\uffff]/u);
          expect(text.isWellFormed()).toBe(true);
          expect(text).not.toBe("");
        }
        expect(JSON.parse(alert.bodies.chat)).toMatchObject({ source: "custom" });
        expect(JSON.parse(alert.bodies.machine)).toMatchObject({ model_name: modelName });
      }),
      { numRuns: 50 },
    );
  });
});
