import { describe, expect, it } from "vitest";
import { decide, RULE_VERSION } from "../../../shared/domain/decide.ts";
import { type EvaluationInput, judge } from "../../../shared/domain/judge.ts";
import { coverageOf, hashOf, type LookDossier } from "../../../shared/domain/look.ts";
import { Pairing } from "../../../shared/domain/pairing.ts";
import { retakeLook } from "../../../shared/domain/retake.ts";
import { decide20261 } from "../../../shared/domain/rule-2026-1/decide.ts";
import { judge20261 } from "../../../shared/domain/rule-2026-1/judge.ts";
import { Pairing20261 } from "../../../shared/domain/rule-2026-1/pairing.ts";
import { parseSettings } from "../../../shared/domain/settings.ts";
import { generatePnl } from "../../support/generated-pnl.ts";
import { ledgerOf } from "../../support/lives.ts";

const HOUR = 3_600_000;
const settings = parseSettings({});
const common = { design: "paired" as const, slots: 3 as const, trials: 1, seed: "a|b|600", settings };
const { champion, challenger } = generatePnl({ seed: 11, n: 900, champion: [50, 120], challenger: [75, 120] });
const mine = ledgerOf([...champion].map((pnl, signal) => ({ signal, pnl })));
/** Every 60th trade loses 5,000 in a second fill. */
const theirs = ledgerOf(
  [...challenger].flatMap((pnl, signal) => {
    const second = { signal, pnl: -5000, closedAt: signal * HOUR + 0.75 * HOUR };
    return signal % 60 === 59 ? [{ signal, pnl }, second] : [{ signal, pnl }];
  }),
);
const ledgers = { champion: mine, challenger: theirs };
const pairing = { startAt: null, settleMs: settings.settleMs, unreported: "exclude" as const, before: Infinity };

/** A dossier as it lies in the store: JSON. */
function stored(o: {
  ruleVersion: string;
  at: number;
  rowsHash: string;
  evaluation: unknown;
  decision: unknown;
}): LookDossier {
  const dossier = { challenger: "b", champion: "a", n: 600, startAt: null, settings, seed: common.seed, ...o };
  return JSON.parse(JSON.stringify(dossier)) as LookDossier;
}

function oldLook(): LookDossier {
  const rows = new Pairing20261(mine, theirs, pairing).windowOf(600)!;
  const { at, missing, championOnMissing } = rows;
  const coverage = { both: 600, missing, championOnMissing };
  const evaluation = judge20261({ rows, coverage, overlap: 1, ...common });
  const decision = decide20261(evaluation, settings);
  return stored({ ruleVersion: "2026.1", at, rowsHash: hashOf(rows), evaluation, decision });
}

function newLook(): LookDossier {
  const rows = new Pairing(mine, theirs, pairing).windowOf(600)!;
  const input: EvaluationInput = {
    rows,
    coverage: { both: 600, ...coverageOf(rows) },
    overlap: rows.overlap,
    ...common,
  };
  const evaluation = judge(input);
  const decision = decide(evaluation, settings);
  return stored({ ruleVersion: RULE_VERSION, at: rows.at, rowsHash: hashOf(rows), evaluation, decision });
}

describe("a look taken again", () => {
  it("gives the same rows and the same decision", () => {
    const look = newLook();
    expect(retakeLook(look, ledgers)).toEqual({
      ruleVersion: RULE_VERSION,
      sameRows: true,
      sameDecision: true,
      verdict: look.decision.verdict,
      score: look.decision.score,
    });
  });

  it("of the former rule stays what it was, although the present rule says otherwise", () => {
    const look = oldLook();
    expect(look.decision.verdict).toBe("approve");
    expect(newLook().decision.verdict).not.toBe("approve");
    expect(retakeLook(look, ledgers)).toMatchObject({
      ruleVersion: "2026.1",
      sameRows: true,
      sameDecision: true,
      verdict: "approve",
    });
  });

  it("shows that a trade was altered or came in afterwards", () => {
    const altered = { ...mine, pnl: mine.pnl.map((x, i) => (i === 10 ? x + 1 : x)) };
    expect(retakeLook(newLook(), { ...ledgers, champion: altered })).toMatchObject({
      sameRows: false,
      sameDecision: false,
    });
    expect(retakeLook(oldLook(), { ...ledgers, champion: altered })).toMatchObject({ sameRows: false });
  });

  it("does not call a decision different that was withheld for changed trades", () => {
    const look = newLook();
    look.decision = { ...look.decision, verdict: "no-data", blocking: "data-integrity" };
    expect(retakeLook(look, ledgers)).toMatchObject({ sameDecision: true });
  });

  it("says nothing when the ledgers do not reach it any more", () => {
    const short = ledgerOf([...champion.subarray(0, 300)].map((pnl, signal) => ({ signal, pnl })));
    expect(retakeLook(newLook(), { ...ledgers, champion: short })).toBeNull();
    expect(retakeLook(oldLook(), { ...ledgers, champion: short })).toBeNull();
  });
});
