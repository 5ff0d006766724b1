import type { MetricsAnswer } from "../../shared/api/contract/metrics.ts";
import type { StatusAnswer } from "../../shared/api/contract/status.ts";
import { mismatchKinds } from "../../shared/domain/mismatch.ts";
import { checkTrade } from "../../shared/domain/trade.ts";
import { type ComparePorts, compareLedger } from "../../shared/pipeline/compare-ledger.ts";
import { pagesOf, type TradesPort } from "../../shared/pipeline/reconcile-ports.ts";
import { seatedModels } from "../client/seated-models.ts";
import { count, list, plural } from "../terminal/figures.ts";
import { type Finding, fail, pass, unknown } from "./finding.ts";

/** Whether what is counted is what was written. Reads the tables, changes nothing. */

/** Status makes a champion's figures of its newest trades. */
const STATUS_TRADES_MAX = 5000;
/** Relative error of a sum in another order. */
const TOLERANCE = 1e-9;

/** Raw trades against ledgers, every model with a seat. */
export async function historyFinding(
  status: StatusAnswer,
  ports: ComparePorts,
  options: { signal?: AbortSignal } = {},
): Promise<Finding> {
  const names = seatedModels(status).map((m) => m.model_name);
  if (names.length === 0) return unknown("nobody is deployed yet");
  let trades = 0;
  const wrong: string[] = [];
  for (const name of names) {
    const compared = await compareLedger(name, ports, options);
    if (!compared) continue;
    trades += compared.figures.ledger.trades;
    for (const kind of mismatchKinds) {
      const { count: found } = compared.mismatches[kind];
      if (found > 0) wrong.push(`${name}: ${count(found)} ${kind}`);
    }
  }
  const compared = `${plural(trades, "trade")} of ${plural(names.length, "model")} counted as written`;
  return wrong.length === 0 ? pass(compared) : fail(`${list(wrong)}: npm run reconcile says more`);
}

/** The champion's figures of status, computed anew from its raw trades by sums alone. */
export async function figuresFinding({ champion }: StatusAnswer, trades: TradesPort): Promise<Finding> {
  const shown = champion?.metrics;
  if (!champion || !shown) return unknown("the champion has not traded yet");
  if (champion.trade_count > STATUS_TRADES_MAX)
    return unknown(`only figures of at most ${count(STATUS_TRADES_MAX)} trades are computed anew`);
  const pnl = await takenOf(champion.model_name, trades);
  const anew = figuresOf(pnl);
  const names = Object.keys(anew) as (keyof typeof anew)[];
  const apart = names.filter(
    (name) => Math.abs(anew[name] - shown[name]) > TOLERANCE * Math.max(1, Math.abs(shown[name])),
  );
  if (apart.length > 0)
    return fail(list(apart.map((name) => `${name} is ${shown[name]} and ${anew[name]} from the raw trades`)));
  return pass(`${champion.model_name}: ${list(names)} of ${plural(pnl.length, "raw trade")} agree`);
}

async function takenOf(name: string, trades: TradesPort): Promise<number[]> {
  // Nothing lies in the future of its own arrival here: what was refused for that has stayed so.
  const arrivedAt = Date.now();
  const taken: { pnl: number; closedAt: number; openedAt: number; tradeId: string }[] = [];
  for await (const page of pagesOf(trades, name)) {
    for (const row of page) {
      const checked = checkTrade(row, { arrivedAt });
      if (checked.ok && checked.trade.took) taken.push(checked.trade);
    }
  }
  taken.sort((a, b) => a.closedAt - b.closedAt || a.openedAt - b.openedAt || (a.tradeId < b.tradeId ? -1 : 1));
  return taken.map(({ pnl }) => pnl);
}

function figuresOf(
  pnl: readonly number[],
): Pick<MetricsAnswer, "n_trades" | "win_rate" | "mean_pnl" | "total_pnl" | "max_drawdown"> {
  let [total, peak, drawdown, wins] = [0, 0, 0, 0];
  for (const x of pnl) {
    total += x;
    peak = Math.max(peak, total);
    drawdown = Math.max(drawdown, peak - total);
    if (x > 0) wins += 1;
  }
  const n = pnl.length;
  return { n_trades: n, win_rate: wins / n, mean_pnl: total / n, total_pnl: total, max_drawdown: drawdown };
}
