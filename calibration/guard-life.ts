import { afterNews, beginGuard, type GuardState, readGuard } from "../shared/domain/guard.ts";
import type { LedgerRows } from "../shared/domain/ledger.ts";
import type { Settings } from "../shared/domain/settings.ts";
import { createPrng, type Prng } from "../shared/stats/numeric/prng.ts";
import { checkWinRateGuard } from "../shared/stats/watch/guard.ts";
import { pairedEvidence } from "./evidence.ts";
import { playFamily } from "./life.ts";
import type { GuardScenario } from "./scenario.ts";
import { count, type Tally } from "./tally.ts";
import { type Columns, drawWorld } from "./world.ts";

/** The first trades after a promotion, watched by the production guard. */

/** Rows after which a challenger that was not promoted is given up. */
const LONGEST_LIFE = 5000;

function ledger(pnl: Float64Array): LedgerRows {
  const count = pnl.length;
  const times = Float64Array.from({ length: count }, (_, i) => i);
  const ids = Array.from({ length: count }, (_, i) => String(i));
  const took = new Uint8Array(count).fill(1);
  const sides = { took, executed: took, openedKnown: took, final: took };
  return { count, tradeIds: ids, signalIds: ids, pnl, openedAt: times, closedAt: times, ...sides };
}

/** The evidence a promotion would rest on; null when the challenger was never promoted. */
function evidenceAtPromotion(o: { scenario: GuardScenario; settings: Settings; prng: Prng }): Columns | null {
  const { baseline, world } = o.scenario;
  const rows = baseline === "lived" ? LONGEST_LIFE : baseline;
  const columns = drawWorld({ world, rows, challengers: 1, prng: o.prng });
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

/** Reads the guard as the pipeline does: from one thing people must hear of to the next, up to its end. */
function watch(o: { guard: GuardState; trades: LedgerRows; former: LedgerRows; settings: Settings }) {
  const read = (guard: GuardState) => readGuard({ ...o, guard, until: Number.POSITIVE_INFINITY });
  let { guard } = o;
  let last = read(guard);
  for (let i = 0; last?.news && i < o.trades.count; i++) {
    guard = afterNews(guard, last);
    last = read(guard);
  }
  return { alerted: guard.alerted, last };
}

/** What the win-rate rule alone would have done: the drawdown rule may have come first. */
function winRateRule(o: { guard: GuardState; pnl: Float64Array }): { rollback: boolean; alert: boolean } {
  const baseline = o.guard.baseline!;
  let wins = 0;
  let alert = false;
  for (let i = 0; i < o.pnl.length; i++) {
    if (o.pnl[i]! > 0) wins += 1;
    const reading = checkWinRateGuard({
      trades: i + 1,
      wins,
      winRate: baseline.winRate,
      baselineTrades: baseline.trades,
      window: o.guard.window,
      serial: baseline.serial,
    });
    alert ||= reading.alert;
    if (reading.rollback) return { rollback: true, alert };
  }
  return { rollback: false, alert };
}

function oneGuard(o: { guard: GuardState; columns: Columns; label: string; tally: Tally; settings: Settings }): void {
  const { tally, label, guard } = o;
  const pnl = o.columns.challengers[0]!;
  const { alerted, last } = watch({
    guard,
    trades: ledger(pnl),
    former: ledger(o.columns.champion),
    settings: o.settings,
  });
  count(tally, `${label}|lives`);
  if (alerted) count(tally, `${label}|alert`);
  const wins = winRateRule({ guard, pnl });
  if (wins.rollback) count(tally, `${label}|winRate`);
  if (wins.alert) count(tally, `${label}|winRateAlert`);
  if (last?.verdict !== "rollback") return;
  count(tally, `${label}|any`);
  count(tally, `${label}|after@${last.trades}`);
  if (last.rule === "drawdown") count(tally, `${label}|drawdownFirst`);
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
    for (const { label, marginal } of o.scenario.after) {
      const world = { ...o.scenario.world, challenger: marginal };
      const columns = drawWorld({ world, rows: window, challengers: 1, prng });
      oneGuard({ guard, columns, label, tally, settings: o.settings });
    }
  }
  return tally;
}
