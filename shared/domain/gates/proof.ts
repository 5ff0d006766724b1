import { type ScaleName, scaleNames } from "../../stats/rule/boundary.ts";
import type { Route } from "../../stats/rule/three-scales.ts";
import { type BaseGateInput, type GateResult, gate, two } from "./gate.ts";

/** Whether anything is proved: enough rows, and a route above its boundaries at all three scales. */

const scaleWords = (j: BaseGateInput["j"]): Record<ScaleName, string> => ({
  hac: "all rows",
  blocks: `blocks of ${j.scales.blockLength}`,
  tenths: "ten blocks",
});

/** The scale at which a route falls shortest of its boundary (or passes it by least). */
function weakest(route: Route): { scale: ScaleName; z: number | null; boundary: number; margin: number } {
  const all = scaleNames.map((scale) => {
    const { z, boundary } = route[scale];
    return { scale, z, boundary, margin: z === null ? Number.NEGATIVE_INFINITY : z - boundary };
  });
  return all.reduce((a, b) => (b.margin < a.margin ? b : a));
}

function describeRoute(options: { name: string; route: Route; j: BaseGateInput["j"] }): string {
  if (options.route.degenerate !== null)
    return `${options.name}: ${options.route.degenerate.reason.replace(/\.$/, "")}`;
  const words = scaleWords(options.j);
  const parts = scaleNames.map((scale) => {
    const { z, boundary } = options.route[scale];
    return `${words[scale]} ${z === null ? "unknown" : two(z)} of ${two(boundary)}`;
  });
  return `${options.name}: ${parts.join(", ")}${options.route.barred === null ? "" : `; ${options.route.barred}`}`;
}

export function statisticalGate({ j }: BaseGateInput): GateResult {
  const { mean, sharpe } = j.routes;
  const best = weakest(mean).margin >= weakest(sharpe).margin ? mean : sharpe;
  const { z, boundary } = weakest(best);
  const numbers = `${describeRoute({ name: "Mean route", route: mean, j })}; ${describeRoute({ name: "Sharpe route", route: sharpe, j })}.`;
  const base = { gate: "statistical" as const, kind: "primary" as const, value: z, bound: boundary };
  if (j.problem !== null) return gate({ ...base, value: null, state: "error", reason: j.problem.reason });
  if (j.n < j.scales.firstLook) {
    return gate({
      ...base,
      state: "no-data",
      reason: `${j.n} of ${j.scales.firstLook} rows: before the first look nothing is tested.`,
    });
  }
  if (j.statisticalPass) {
    const who = [mean.clears ? "mean" : "", sharpe.clears ? "Sharpe" : ""].filter((s) => s !== "").join(" and ");
    return gate({ ...base, state: "pass", reason: `Proved by the ${who} route at ${j.n} rows. ${numbers}` });
  }
  if (isWorse(j))
    return gate({ ...base, state: "fail", reason: `The challenger is worse, at all three time scales. ${numbers}` });
  if (mean.degenerate !== null && sharpe.degenerate !== null)
    return gate({ ...base, state: "no-data", reason: numbers });
  return gate({ ...base, state: "inconclusive", reason: `Not proved at ${j.n} rows. ${numbers}` });
}

/** One route proves the challenger worse and the other does not speak for it. */
export function isWorse(j: BaseGateInput["j"]): boolean {
  const { mean, sharpe } = j.routes;
  return (mean.worse && (sharpe.hac.z ?? 0) <= 0) || (sharpe.worse && (mean.hac.z ?? 0) <= 0);
}

export function tradesGate({ j, settings }: BaseGateInput): GateResult {
  const { trades } = j.figures.challenger;
  const base = { gate: "trades" as const, kind: "primary" as const };
  if (j.n < j.scales.firstLook) {
    return gate({
      ...base,
      value: j.n,
      bound: j.scales.firstLook,
      state: "inconclusive",
      reason: `${j.n} of ${j.scales.firstLook} rows.`,
    });
  }
  const ok = trades >= settings.minTrades;
  const reason = `${j.n} rows, ${trades} trades taken, ${settings.minTrades} needed.`;
  return gate({ ...base, value: trades, bound: settings.minTrades, state: ok ? "pass" : "inconclusive", reason });
}
