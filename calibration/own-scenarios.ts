import type { LifeScenario } from "./scenario.ts";

/** Scenarios made of a user's own trades: the null, and one per improvement. */

/** Never drawn from: the rows come from the history. */
const UNUSED = { kind: "normal", mean: 0, sd: 1 } as const;

export type OwnScenario = LifeScenario & { percent: number };

/**
 * @param options.slots  challengers open at the same time, as in the settings
 * @param options.rows  last look: the horizon
 * @param options.percents  improvements to test beside the null
 */
export function ownScenarios(options: {
  slots: 1 | 2 | 3;
  /** challengers tested together: the slots, or fewer where the file has not so many models on the same signals */
  challengers: number;
  rows: number;
  overlap: number;
  percents: readonly number[];
  lives: { equal: number; better: number };
}): OwnScenario[] {
  const base = {
    kind: "life" as const,
    group: "own" as const,
    slots: options.slots,
    rows: options.rows,
    overlap: options.overlap,
    process: { champion: UNUSED, challenger: UNUSED, correlation: 0 },
  };
  const equal: OwnScenario = {
    ...base,
    name: "own-equal",
    title: `${options.challengers === 1 ? "a challenger" : `${options.challengers} challengers`} exactly as good as the champion`,
    lives: options.lives.equal,
    challengers: options.challengers,
    better: false,
    percent: 0,
  };
  const better = options.percents.map(
    (percent): OwnScenario => ({
      ...base,
      name: `own-plus-${percent}`,
      title: `a challenger that is ${percent} % better`,
      lives: options.lives.better,
      challengers: 1,
      better: true,
      percent,
    }),
  );
  return [equal, ...better];
}
