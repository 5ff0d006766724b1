import { consistencyRatio } from "../../stats/rule/score.ts";
import { flooredPercent, rounded } from "../number-words.ts";
import { capital } from "../words.ts";
import { type BaseGateInput, type GateInput, type GateResult, gate, two } from "./gate.ts";
import type { GateName } from "./gate-names.ts";

/** What both models earned: mean, Sharpe ratio, win rate, and two figures that are secondary. */

export function meanGate({ j }: GateInput): GateResult {
  const h = j.figures.challenger.mean;
  const c = j.figures.champion.mean;
  const base = { gate: "mean" as const, kind: "primary" as const, value: h, bound: c };
  if (h === null || c === null) return gate({ ...base, state: "no-data", reason: "Mean PnL per signal: not known." });
  const numbers = `mean PnL per signal ${two(h)}, champion ${two(c)}`;
  if (h >= c) return gate({ ...base, state: "pass", reason: `${capital(numbers)}.` });
  const { champion, challenger } = j.figures;
  // Only who is better per unit of risk may be called so; of all others the plain figures are the reason.
  if ((challenger.sharpe ?? 0) <= (champion.sharpe ?? 0))
    return gate({ ...base, state: "fail", reason: `It earns less: ${numbers}.` });
  const { ratio } = j.robustness.size;
  const leverage = ratio === null || ratio >= 1 ? "" : ` Worth it only with ${two(1 / ratio)} times its present size.`;
  const reason = `Better per unit of risk, but it earns less at its own size: ${numbers}.${leverage}`;
  return gate({ ...base, state: "fail", reason });
}

export function sharpeGate({ j }: BaseGateInput): GateResult {
  const h = j.figures.challenger.sharpe;
  const c = j.figures.champion.sharpe;
  const base = { gate: "sharpe" as const, kind: "primary" as const, value: h, bound: c };
  if (h === null || c === null)
    return gate({
      ...base,
      state: "no-data",
      reason: "A side has no Sharpe ratio: too few rows, or PnL that does not vary.",
    });
  const ok = h >= c;
  return gate({
    ...base,
    state: ok ? "pass" : "fail",
    reason: `Sharpe ratio per signal ${rounded(h, 4)}, champion ${rounded(c, 4)}.`,
  });
}

export function winRateGate({ j, settings }: BaseGateInput): GateResult {
  const h = j.figures.challenger.winRate;
  const base = { gate: "win-rate" as const, kind: "primary" as const, value: h, bound: settings.minWinRate };
  if (h === null) return gate({ ...base, state: "no-data", reason: "The challenger took no trade." });
  const ok = h >= settings.minWinRate;
  return gate({
    ...base,
    state: ok ? "pass" : "fail",
    reason: `Win rate ${flooredPercent(h)} over trades taken, at least ${flooredPercent(settings.minWinRate)}.`,
  });
}

export function secondaryGates({ j }: BaseGateInput): GateResult[] {
  const { champion: c, challenger: h } = j.figures;
  const compare = (options: {
    gate: GateName;
    value: number | null;
    bound: number | null;
    words: string;
    show: (x: number) => string;
  }) => {
    const { gate: name, value, bound, words, show } = options;
    const base = { gate: name, kind: "secondary" as const, value, bound };
    if (value === null || bound === null) return gate({ ...base, state: "no-data", reason: `${words}: not known.` });
    return gate({
      ...base,
      state: value >= bound ? "pass" : "fail",
      reason: `${words} ${show(value)}, champion ${show(bound)}.`,
    });
  };
  const ratio = consistencyRatio(h);
  const steady: GateResult =
    ratio === null
      ? gate({
          gate: "consistency",
          kind: "secondary",
          value: null,
          bound: 1.5,
          state: "no-data",
          reason: "Rolling win rate: not known.",
        })
      : gate({
          gate: "consistency",
          kind: "secondary",
          value: ratio,
          bound: 1.5,
          state: ratio < 1.5 ? "pass" : "fail",
          reason: `Rolling win rate varies ${two(ratio)} times as much as a stable model's would by chance, below 1.50.`,
        });
  return [
    compare({ gate: "win-rate-kept", value: h.winRate, bound: c.winRate, words: "Win rate", show: flooredPercent }),
    steady,
  ];
}
