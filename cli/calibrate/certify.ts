import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CertificateFacts,
  certificateOf,
  certificatePlots,
  certificateText,
} from "../../calibration/certificate.ts";
import { drawExchange } from "../../calibration/exchange.ts";
import { drawHistoryMarket, edgeUnit } from "../../calibration/history.ts";
import { ownScenarios } from "../../calibration/own-scenarios.ts";
import type { Scenario } from "../../calibration/scenario.ts";
import { RULE_VERSION } from "../../shared/domain/decide.ts";
import type { Settings } from "../../shared/domain/settings.ts";
import { mean, momentsOf, variance } from "../../shared/stats/numeric/moments.ts";
import { createPrng } from "../../shared/stats/numeric/prng.ts";
import { BOUNDARY_CONSTANTS, sequentialBoundary } from "../../shared/stats/rule/boundary.ts";
import { differences } from "../../shared/stats/rule/mean-difference.ts";
import { plural } from "../terminal/figures.ts";
import { ChunkStore } from "./chunk-store.ts";
import type { CalibrateOptions, OwnOptions } from "./options.ts";
import { type OwnTrades, readOwnTrades } from "./own-trades.ts";
import { simulate } from "./simulate.ts";

/** `npm run calibrate -- --trades FILE.csv`: the certificate for a user's own trades and settings. */

const DEFAULT_DIR = "calibration-certificate";
const LIVES = { equal: 2000, better: 500 };
/** Rows from which the spread of the paired difference is read. */
const SPREAD_ROWS = 50_000;
const STEPS = [500, 1000, 2000, 3000, 5000, 10_000];

function livesOf({ lives, quick }: CalibrateOptions): { equal: number; better: number } {
  if (lives !== undefined) return { equal: lives, better: lives };
  return quick ? { equal: LIVES.equal / 10, better: LIVES.better / 10 } : LIVES;
}

/** Edge whose mean route stands at its boundary at the horizon: about half of such challengers are proved by then. */
function smallestEdge(trades: OwnTrades, settings: Settings): number {
  const { history, correlation, real } = trades;
  const size = { rows: SPREAD_ROWS, challengers: 1, edge: 0, prng: createPrng("spread") };
  const columns =
    real === null ? drawHistoryMarket({ ...size, history, correlation }) : drawExchange({ ...size, real });
  const d = momentsOf(differences({ champion: columns.champion, challenger: columns.challengers[0]! }));
  const a = BOUNDARY_CONSTANTS.standard[settings.maxChallengers].hac;
  const n = settings.horizon;
  return (sequentialBoundary({ a, n }) * Math.sqrt(variance(d))) / Math.sqrt(n);
}

/** Challengers tested together: the file may hold fewer models on the same signals than there are slots. */
const challengersOf = (trades: OwnTrades, settings: Settings): number =>
  trades.real === null ? settings.maxChallengers : trades.real.models.length - 1;

function factsOf({
  trades,
  settings,
  options,
  own,
}: {
  options: CalibrateOptions;
  own: OwnOptions;
  trades: OwnTrades;
  settings: Settings;
}): CertificateFacts {
  const { pnl } = trades.history;
  const m = momentsOf(pnl);
  const unit = edgeUnit(pnl);
  const chosen = [
    `--trades ${trades.file}`,
    `--model ${trades.model}`,
    own.correlation === undefined ? "" : `--correlation ${own.correlation}`,
    own.block === undefined ? "" : `--block ${own.block}`,
    `--better ${own.better.join(",")}`,
    options.lives === undefined ? "" : `--lives ${options.lives}`,
    options.quick ? "--quick" : "",
    `--seed ${options.seed}`,
  ];
  const looks = STEPS.filter((n) => n >= settings.minTrades && n < settings.horizon);
  return {
    file: trades.file,
    model: trades.model,
    trades: pnl.length,
    firstOpened: trades.firstOpened,
    lastClosed: trades.lastClosed,
    mean: m.mean,
    sd: Math.sqrt(variance(m)),
    winRate: mean(Uint8Array.from(pnl, (x) => (x > 0 ? 1 : 0))),
    blockLength: trades.real?.blockLength ?? trades.history.blockLength,
    blockLengthFrom: trades.real?.blockLengthFrom ?? trades.blockLengthFrom,
    exchanged: trades.real === null ? null : { models: trades.real.names, rows: trades.real.models[0]!.length },
    challengers: challengersOf(trades, settings),
    overlap: trades.overlap,
    correlation: trades.correlation,
    correlationFrom: trades.correlationFrom,
    perPercent: unit.perPercent,
    percentOf: unit.words,
    smallestEdge: smallestEdge(trades, settings),
    slots: settings.maxChallengers,
    horizon: settings.horizon,
    looks: [...looks, settings.horizon],
    minWinRate: settings.minWinRate,
    seed: options.seed,
    ruleVersion: RULE_VERSION,
    command: `npm run calibrate -- ${chosen.filter((word) => word !== "").join(" ")}`,
    settings,
  };
}

export async function certify({
  options,
  own,
  settings,
  signal,
}: {
  options: CalibrateOptions;
  own: OwnOptions;
  settings: Settings;
  signal: AbortSignal;
}): Promise<void> {
  const dir = options.out ?? DEFAULT_DIR;
  const trades = await readOwnTrades(own, settings.maxChallengers);
  if (trades.skipped > 0) process.stderr.write(`Note: ${plural(trades.skipped, "row")} could not be used.\n`);
  const facts = factsOf({ options, own, settings, trades });
  const lives = livesOf(options);
  const scenarios = ownScenarios({
    slots: settings.maxChallengers,
    challengers: challengersOf(trades, settings),
    rows: settings.horizon,
    overlap: trades.overlap,
    percents: own.better,
    lives,
  });
  const edges = Object.fromEntries(scenarios.map((s) => [s.name, s.percent * facts.perPercent]));
  const { history, correlation, real } = trades;
  // The trades decide the numbers, so they belong to what a stored piece is known by.
  const key = createHash("sha256")
    .update(new Uint8Array(history.pnl.buffer))
    .update(
      JSON.stringify([
        correlation,
        history.blockLength,
        edges,
        real && { ...real, models: real.models.map((column) => Array.from(column)) },
      ]),
    )
    .digest("hex");
  const plan = {
    scenarios,
    livesOf: (s: Scenario) => s.lives,
    settings,
    seed: options.seed,
    workers: options.workers,
    own: { history: { history, edges, correlation, real }, key },
  };
  const tallies = await simulate(plan, new ChunkStore(dir), signal);
  const certificate = certificateOf({ facts, scenarios, tallies });
  const every = Array.from(
    { length: Math.floor((settings.horizon - settings.minTrades) / settings.checkInterval) + 1 },
    (_, i) => settings.minTrades + i * settings.checkInterval,
  );
  const plots = certificatePlots({ certificate, tallies, looks: every });
  const text = certificateText(certificate, Object.keys(plots));
  const json = `${JSON.stringify(certificate, null, 1)}\n`;
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "certificate.md"), text);
  writeFileSync(join(dir, "certificate.json"), json);
  for (const [name, svg] of Object.entries(plots)) writeFileSync(join(dir, name), svg);
  process.stdout.write(options.json ? json : text);
  process.stderr.write(`Written to ${dir}: certificate.md, certificate.json, ${Object.keys(plots).join(", ")}\n`);
}
