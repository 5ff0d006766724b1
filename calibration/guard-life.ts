import {
  beginGuard,
  type GuardReading,
  type GuardSettings,
  type GuardState,
  readGuard,
} from "../shared/domain/guard.ts";
import type { LedgerRows } from "../shared/domain/ledger.ts";
import type { Settings } from "../shared/domain/settings.ts";
import { createPrng, type Prng } from "../shared/stats/numeric/prng.ts";
import { pairedEvidence } from "./evidence.ts";
import { playFamily } from "./life.ts";
import type { Marginal } from "./marginal.ts";
import { type Columns, drawMarket, type MarketProcess } from "./market-process.ts";
import type { Aftermath, GuardScenario } from "./scenario.ts";
import { count, type Tally } from "./tally.ts";

/** The first trades after a promotion, watched by the production guard while the former champion goes on shadowing. */

/** Rows after which a challenger that was not promoted is given up. */
const LONGEST_LIFE = 5000;
/** Windows drawn: a guard may be prolonged once, and then waits a little for the last answers. */
const WINDOWS = 2.2;

type Column = { pnl: Float64Array; closedAt: Float64Array };

function ledger(options: Column & { kept: (i: number) => boolean }): LedgerRows {
  const rows = Array.from(options.pnl.keys()).filter(options.kept);
  const ones = new Uint8Array(rows.length).fill(1);
  const ids = rows.map(String);
  return {
    count: rows.length,
    tradeIds: ids,
    signalIds: ids,
    pnl: Float64Array.from(rows, (i) => options.pnl[i]!),
    openedAt: Float64Array.from(rows),
    closedAt: Float64Array.from(rows, (i) => options.closedAt[i]!),
    took: ones,
    executed: ones,
    openedKnown: ones,
    final: ones,
  };
}

/** The evidence a promotion would rest on; null when the challenger was never promoted. */
function evidenceAtPromotion(options: { scenario: GuardScenario; settings: Settings; prng: Prng }): Columns | null {
  const { baseline, process } = options.scenario;
  const rows = baseline === "lived" ? LONGEST_LIFE : baseline;
  const columns = drawMarket({ process, rows, challengers: 1, prng: options.prng });
  if (baseline !== "lived") return columns;
  const { promotedAt } = playFamily({
    evidence: pairedEvidence({ columns, overlap: 1 }),
    settings: { ...options.settings, maxChallengers: options.scenario.slots ?? 3 },
    rows,
  });
  if (promotedAt === null) return null;
  return {
    champion: columns.champion.subarray(0, promotedAt),
    challengers: [columns.challengers[0]!.subarray(0, promotedAt)],
  };
}

const changed = (of: Marginal, change: Aftermath["own"]): Marginal =>
  change === undefined ? of : { kind: "changed", of, change };

/** The process after a change: common changes both models, own the new champion alone (besides the common one). */
export function changedProcess(process: MarketProcess, after: Omit<Aftermath, "label" | "from">): MarketProcess {
  const { common, own, crashes } = after;
  return {
    ...process,
    champion: changed(process.champion, common),
    challenger: changed(changed(process.challenger, common), own),
    ...(crashes === undefined ? {} : { crashes }),
  };
}

/** What both models earn on the signals after the promotion. */
function columnsAfter(options: { scenario: GuardScenario; after: Aftermath; rows: number; prng: Prng }): Columns {
  const { process } = options.scenario;
  const draw = (w: MarketProcess) => drawMarket({ process: w, rows: options.rows, challengers: 1, prng: options.prng });
  const then = draw(changedProcess(process, options.after));
  const { from = 0 } = options.after;
  if (from === 0) return then;
  const before = draw(process);
  const join = (a: Float64Array, b: Float64Array) => Float64Array.from(b, (x, i) => (i < from ? a[i]! : x));
  return {
    champion: join(before.champion, then.champion),
    challengers: [join(before.challengers[0]!, then.challengers[0]!)],
  };
}

/** The former champion's trades as far as they are reported, and when. */
function formerLedger(options: { pnl: Float64Array; answers: GuardScenario["answers"]; prng: Prng }): LedgerRows {
  const { missing = 0, lossesMissing = 0, lateMost = 0, silentFrom = Number.POSITIVE_INFINITY } = options.answers ?? {};
  const lost = options.pnl.map((pnl) =>
    options.prng.uniform() < (pnl < 0 ? Math.max(missing, lossesMissing) : missing) ? 1 : 0,
  );
  const closedAt = options.pnl.map((_, i) => i + 0.5 + (lateMost > 0 ? options.prng.below(lateMost + 1) : 0));
  return ledger({ pnl: options.pnl, closedAt, kept: (i) => lost[i] === 0 && i < silentFrom });
}

type Seen = { last: GuardReading | null; heard: Set<string> };

/** Reads the guard as the pipeline does: stops at whatever people must hear of, remembers it, and reads on. */
function watch(options: { guard: GuardState; trades: LedgerRows; former: LedgerRows; settings: GuardSettings }): Seen {
  const heard = new Set<string>();
  let { guard } = options;
  for (;;) {
    const last = readGuard({ ...options, guard, until: Number.POSITIVE_INFINITY });
    const news = last?.news ?? null;
    if (last?.paired?.pairs && last.mode === "unpaired") heard.add("unpaired");
    if (last === null || news === null) return { last, heard };
    heard.add(news);
    if (news === "alert") guard = { ...guard, alerted: true };
    else if (news === "mode")
      guard = { ...guard, mode: last.mode === "paired" ? "paired" : "unpaired", modeAt: last.at };
    else guard = { ...guard, reported: [...(guard.reported ?? []), news] };
  }
}

function oneGuard(options: {
  guard: GuardState;
  columns: Columns;
  scenario: GuardScenario;
  settings: Settings;
  label: string;
  prng: Prng;
  tally: Tally;
}): void {
  const { tally, label, guard, columns } = options;
  const pnl = columns.challengers[0]!;
  const closedAt = pnl.map((_, i) => i + 0.5);
  const trades = ledger({ pnl, closedAt, kept: () => true });
  const former = formerLedger({ pnl: columns.champion, answers: options.scenario.answers, prng: options.prng });
  const { last, heard } = watch({ guard, trades, former, settings: options.settings });
  count(tally, `${label}|lives`);
  for (const news of heard) count(tally, `${label}|heard:${news}`);
  if (last === null) return;
  const decided = last.verdict === "rollback" || last.verdict === "market";
  if (heard.has("unclear") && !decided) count(tally, `${label}|unclear`);
  // A verdict within the window; what a prolonged guard says comes later and is counted by itself.
  count(tally, `${label}|${last.prolonged ? "prolonged:" : ""}${last.verdict}`);
  if (last.verdict !== "rollback" || last.prolonged) return;
  count(tally, `${label}|after@${last.trades}`);
  count(tally, `${label}|rule:${last.rule}`);
}

export function playGuard(options: {
  scenario: GuardScenario;
  settings: Settings;
  seed: string;
  from: number;
  to: number;
}): Tally {
  const tally: Tally = {};
  const window = options.settings.guardTrades;
  const rows = Math.ceil(WINDOWS * window);
  for (let i = options.from; i < options.to; i++) {
    const seed = `${options.seed}|${options.scenario.name}|${i}`;
    const prng = createPrng(seed);
    count(tally, "lives");
    const shadow = evidenceAtPromotion({ ...options, prng });
    if (shadow === null) {
      count(tally, "unpromoted");
      continue;
    }
    const challenger = shadow.challengers[0]!;
    const took = new Uint8Array(challenger.length).fill(1);
    count(tally, "baselineRows", challenger.length);
    const guard = beginGuard({
      evidence: { kind: "paired", champion: shadow.champion, challenger, championTook: took, challengerTook: took },
      formerChampion: "former",
      window,
      seed,
    });
    for (const after of options.scenario.after) {
      const columns = columnsAfter({ scenario: options.scenario, after, rows, prng });
      oneGuard({ ...options, guard, columns, label: after.label, prng, tally });
    }
  }
  return tally;
}
