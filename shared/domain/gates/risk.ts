import { DRAWDOWN_RESAMPLES, DRAWDOWN_VETO } from "../../stats/rule/drawdown-gate.ts";
import { WILD_ROBUST_SD } from "../../stats/rule/wild-rows.ts";
import { flooredPercent } from "../number-words.ts";
import { capital } from "../words.ts";
import { type GateInput, type GateResult, gate, two } from "./gate.ts";

/** What an advantage must not come from: size, absurd rows, a deeper drawdown. */

export function sizeGate({ j }: GateInput): GateResult {
  const { ratio, z, bound } = j.robustness.size;
  const base = { gate: "size" as const, kind: "primary" as const, value: z, bound };
  const size = ratio === null ? "not known" : `${two(ratio)} times the champion's`;
  if (j.routes.sharpe.clears) {
    const reason = `Its size is ${size}; the Sharpe route, which size cannot move, is proved.`;
    return gate({ ...base, state: "pass", reason });
  }
  if (z === null)
    return gate({
      ...base,
      state: "no-data",
      reason: "Size not known: a side does not vary, so there is no equal size.",
    });
  const numbers = `its size is ${size}, and at equal size its z is ${two(z)} of ${two(bound)} needed`;
  if (z >= bound) return gate({ ...base, state: "pass", reason: `${capital(numbers)}.` });
  const why = j.routes.mean.clears
    ? "It earns more by size, not by skill"
    : "At the champion's size it is not proved better";
  return gate({ ...base, state: "fail", reason: `${why}: ${numbers}.` });
}

/** Wild rows named in a sentence. */
const WILD_NAMED = 5;

export function wildGate({ j }: GateInput): GateResult {
  const { count, rows, zMean, zSharpe, bound } = j.robustness.wild;
  const base = { gate: "wild" as const, kind: "primary" as const, value: count, bound: 0 };
  const far = `more than ${WILD_ROBUST_SD} robust standard deviations from its side's median`;
  if (count === 0) return gate({ ...base, state: "pass", reason: `No PnL lies ${far}.` });
  const holds = (j.routes.mean.clears && (zMean ?? 0) >= bound) || (j.routes.sharpe.clears && (zSharpe ?? 0) >= bound);
  const named = rows.slice(0, WILD_NAMED).map((r) => `${r.signalId ?? `row ${r.row + 1}`} (${r.side} ${two(r.pnl)})`);
  const list = `${named.join(", ")}${rows.length > named.length || count > rows.length ? ", …" : ""}`;
  const without = `without them the mean route has z ${two(zMean ?? 0)} and the Sharpe route ${two(zSharpe ?? 0)}, ${two(bound)} needed of a route that is proved`;
  const verb = count === 1 ? "row lies" : "rows lie";
  const reason = `${count} ${verb} ${far}: ${list}; ${without}.${holds ? "" : " Check their unit."}`;
  return gate({ ...base, state: holds ? "pass" : "fail", reason });
}

export function drawdownGate({ j, settings }: GateInput): GateResult {
  const h = j.figures.challenger.maxDrawdown;
  const c = j.figures.champion.maxDrawdown;
  const probability = j.robustness.drawdownProbability;
  const base = { gate: "drawdown" as const, kind: "primary" as const, value: probability, bound: DRAWDOWN_VETO };
  if (j.n < 1) return gate({ ...base, value: null, state: "no-data", reason: "No rows." });
  const path = `maximum drawdown ${two(h)}, champion ${two(c)}${c > 0 ? `, ratio ${two(h / c)}` : ""}`;
  if (probability === null) {
    const reason = `${capital(path)}; resampled as soon as a difference is proved.`;
    return gate({ ...base, state: "inconclusive", reason });
  }
  const share = `it is more than ${two(settings.mddTolerance)} times the champion's in ${flooredPercent(probability)} of ${DRAWDOWN_RESAMPLES} resampled paths, below ${flooredPercent(DRAWDOWN_VETO)} needed`;
  return gate({ ...base, state: probability < DRAWDOWN_VETO ? "pass" : "fail", reason: `${capital(path)}; ${share}.` });
}
