import type { Settings } from "../shared/domain/settings.ts";
import { createPrng } from "../shared/stats/numeric/prng.ts";
import { type Evidence, pairedEvidence, perSideEvidence, reportedEvidence } from "./evidence.ts";
import { drawExchange, type RealRows } from "./exchange.ts";
import { playGuard } from "./guard-life.ts";
import { drawHistoryMarket, type History } from "./history.ts";
import { playFamily } from "./life.ts";
import { drawMarket } from "./market-process.ts";
import { playMonitor } from "./monitor-life.ts";
import type { LifeScenario, Scenario } from "./scenario.ts";
import { count, type Tally } from "./tally.ts";

/** A user's own trades, for scenarios of the group "own". */
export type OwnHistory = {
  history: History;
  edges: Record<string, number>;
  correlation: number;
  /** rows of other models of the file on the same signals; null: there are none, ranks are mixed instead */
  real: RealRows | null;
};

/** Signals drawn for every row wanted when reports get lost. */
const SIGNALS_PER_ROW = 1.35;

/** The rule's settings for a scenario: everything as given, but the slots and the long blocks it asks for. */
export function settingsOf(scenario: LifeScenario, settings: Settings): Settings {
  return {
    ...settings,
    maxChallengers: scenario.slots,
    longBlocks: scenario.longBlocks ? "always" : settings.longBlocks,
  };
}

/** Draws what one family will meet. */
export function evidenceOfLife(options: {
  scenario: LifeScenario;
  settings: Settings;
  seed: string;
  own: OwnHistory | null;
}): Evidence {
  const { scenario, settings } = options;
  const prng = createPrng(options.seed);
  const { challengers, overlap } = scenario;
  if (scenario.group === "own") {
    if (options.own === null) throw new Error(`${scenario.name} needs the trades it resamples`);
    const { history, edges, correlation, real } = options.own;
    const edge = edges[scenario.name] ?? 0;
    const size = { rows: scenario.rows, challengers, edge, prng };
    const columns =
      real === null ? drawHistoryMarket({ ...size, history, correlation }) : drawExchange({ ...size, real });
    return pairedEvidence({ columns, overlap });
  }
  const rows = scenario.reports === undefined ? scenario.rows : Math.ceil(scenario.rows * SIGNALS_PER_ROW);
  const columns = drawMarket({ process: scenario.process, rows, challengers, prng });
  if (scenario.unpaired) return perSideEvidence({ columns, overlap });
  if (scenario.reports === undefined) return pairedEvidence({ columns, overlap });
  const { settleMs, unreported } = settings;
  const disaster = scenario.process.disaster?.pnl ?? null;
  return reportedEvidence({ columns, reports: scenario.reports, disaster, settleMs, unreported, prng });
}

function playLives(options: ChunkOptions & { scenario: LifeScenario }): Tally {
  const tally: Tally = {};
  const settings = settingsOf(options.scenario, options.settings);
  for (let i = options.from; i < options.to; i++) {
    const seed = `${options.seed}|${options.scenario.name}|${i}`;
    const evidence = evidenceOfLife({ scenario: options.scenario, settings, seed, own: options.own ?? null });
    const life = playFamily({ evidence, settings, rows: options.scenario.rows, everyLook: options.everyLook });
    count(tally, "lives");
    count(tally, "looks", life.looks);
    if (life.passAt !== null) count(tally, `pass@${life.passAt}`);
    if (life.promotedAt !== null) count(tally, `promoted@${life.promotedAt}`);
    if (life.heldBy !== null) count(tally, `held:${life.heldBy}`);
  }
  return tally;
}

export type ChunkOptions = {
  scenario: Scenario;
  settings: Settings;
  seed: string;
  /** numbers of the lives: from <= i < to */
  from: number;
  to: number;
  own?: OwnHistory | null;
  everyLook?: boolean;
};

/** Plays the lives `from` to `to` of a scenario. The same numbers wherever and in whatever order chunks are played. */
export function playChunk(options: ChunkOptions): Tally {
  switch (options.scenario.kind) {
    case "life":
      return playLives({ ...options, scenario: options.scenario });
    case "guard":
      return playGuard({ ...options, scenario: options.scenario });
    case "monitor":
      return playMonitor({ ...options, scenario: options.scenario });
  }
}
