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

function ledger(o: Column & { kept: (i: number) => boolean }): LedgerRows {
  const rows = Array.from(o.pnl.keys()).filter(o.kept);
  const ones = new Uint8Array(rows.length).fill(1);
  const ids = rows.map(String);
  return {
    count: rows.length,
    tradeIds: ids,
    signalIds: ids,
    pnl: Float64Array.from(rows, (i) => o.pnl[i]!),
    openedAt: Float64Array.from(rows),
    closedAt: Float64Array.from(rows, (i) => o.closedAt[i]!),
    took: ones,
    executed: ones,
    openedKnown: ones,
    final: ones,
  };
}

/** The evidence a promotion would rest on; null when the challenger was never promoted. */
function evidenceAtPromotion(o: { scenario: GuardScenario; settings: Settings; prng: Prng }): Columns | null {
  const { baseline, process } = o.scenario;
  const rows = baseline === "lived" ? LONGEST_LIFE : baseline;
  const columns = drawMarket({ process, rows, challengers: 1, prng: o.prng });
  if (baseline !== "lived") return columns;
  const { promotedAt } = playFamily({
    evidence: pairedEvidence({ columns, overlap: 1 }),
    settings: { ...o.settings, maxChallengers: o.scenario.slots ?? 3 },
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
function columnsAfter(o: { scenario: GuardScenario; after: Aftermath; rows: number; prng: Prng }): Columns {
  const { process } = o.scenario;
  const draw = (w: MarketProcess) => drawMarket({ process: w, rows: o.rows, challengers: 1, prng: o.prng });
  const then = draw(changedProcess(process, o.after));
  const { from = 0 } = o.after;
  if (from === 0) return then;
  const before = draw(process);
  const join = (a: Float64Array, b: Float64Array) => Float64Array.from(b, (x, i) => (i < from ? a[i]! : x));
  return {
    champion: join(before.champion, then.champion),
    challengers: [join(before.challengers[0]!, then.challengers[0]!)],
  };
}

/** The former champion's trades as far as they are reported, and when. */
function formerLedger(o: { pnl: Float64Array; answers: GuardScenario["answers"]; prng: Prng }): LedgerRows {
  const { missing = 0, lossesMissing = 0, lateMost = 0, silentFrom = Number.POSITIVE_INFINITY } = o.answers ?? {};
  const lost = o.pnl.map((pnl) => (o.prng.uniform() < (pnl < 0 ? Math.max(missing, lossesMissing) : missing) ? 1 : 0));
  const closedAt = o.pnl.map((_, i) => i + 0.5 + (lateMost > 0 ? o.prng.below(lateMost + 1) : 0));
  return ledger({ pnl: o.pnl, closedAt, kept: (i) => lost[i] === 0 && i < silentFrom });
}

type Seen = { last: GuardReading | null; heard: Set<string> };

/** Reads the guard as the pipeline does: stops at whatever people must hear of, remembers it, and reads on. */
function watch(o: { guard: GuardState; trades: LedgerRows; former: LedgerRows; settings: GuardSettings }): Seen {
  const heard = new Set<string>();
  let { guard } = o;
  for (;;) {
    const last = readGuard({ ...o, guard, until: Number.POSITIVE_INFINITY });
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

function oneGuard(o: {
  guard: GuardState;
  columns: Columns;
  scenario: GuardScenario;
  settings: Settings;
  label: string;
  prng: Prng;
  tally: Tally;
}): void {
  const { tally, label, guard, columns } = o;
  const pnl = columns.challengers[0]!;
  const closedAt = pnl.map((_, i) => i + 0.5);
  const trades = ledger({ pnl, closedAt, kept: () => true });
  const former = formerLedger({ pnl: columns.champion, answers: o.scenario.answers, prng: o.prng });
  const { last, heard } = watch({ guard, trades, former, settings: o.settings });
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

export function playGuard(o: {
  scenario: GuardScenario;
  settings: Settings;
  seed: string;
  from: number;
  to: number;
}): Tally {
  const tally: Tally = {};
  const window = o.settings.guardTrades;
  const rows = Math.ceil(WINDOWS * window);
  for (let i = o.from; i < o.to; i++) {
    const seed = `${o.seed}|${o.scenario.name}|${i}`;
    const prng = createPrng(seed);
    count(tally, "lives");
    const shadow = evidenceAtPromotion({ ...o, prng });
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
    for (const after of o.scenario.after) {
      const columns = columnsAfter({ scenario: o.scenario, after, rows, prng });
      oneGuard({ ...o, guard, columns, label: after.label, prng, tally });
    }
  }
  return tally;
}
