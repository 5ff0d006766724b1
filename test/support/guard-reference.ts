import type { OwnPromise } from "../../shared/stats/watch/own-guard.ts";
import type { PairedBaseline } from "../../shared/stats/watch/paired-guard.ts";

/** The guard computed anew from all rows at every moment: test/reference/guard.py in TypeScript, slow and plain. */

type Row = { signal: number; closed: number; pnl: number; took: number };
type Case = { verdict: string; rule: string };

function pairedStats(b: PairedBaseline, mine: readonly Row[], theirRows: readonly Row[], window: number) {
  const [y, tn] = [mine.map((r) => r.pnl), mine.map((r) => r.took)];
  const [x, tf] = [theirRows.map((r) => r.pnl), theirRows.map((r) => r.took)];
  const m = y.length;
  const net = (p: number, took: number[], pnl: number[]) =>
    pnl.reduce((s, v, i) => s + took[i]! * (p - (v > 0 ? 1 : 0)), 0);
  const own = net(b.winRateNew, tn, y);
  const theirs = net(b.winRateFormer, tf, x);
  const traded = x.filter((_, i) => tf[i] === 1);
  const rms = Math.sqrt(traded.reduce((s, v) => s + (v - b.meanFormer) ** 2, 0) / traded.length);
  const ratio = traded.length < 20 || !(b.sdFormer > 0) ? 1 : Math.max(1, rms / b.sdFormer);
  const n = Math.max(window, m);
  const wide = Math.sqrt(n * (1 + n / b.pairs));
  const unitD = b.sdDifference * ratio * b.serialDifference;
  const lim = 8 * b.sdDifference * ratio;
  let deficit = 0;
  const curve = [0];
  for (let i = 0; i < m; i++) {
    deficit -= Math.min(lim, Math.max(-lim, y[i]! - x[i]! - b.promise));
    curve.push(curve[i]! + y[i]! - x[i]!);
  }
  const gain = curve[m]!;
  return {
    pairs: m,
    championShort: own,
    formerShort: theirs,
    netShort: own - theirs,
    zWins: (own - theirs) / (b.sdWins * b.serialWins * wide),
    zPnl: deficit / (unitD * wide),
    gain,
    volatility: ratio,
    behind: (Math.max(...curve) - gain) / (unitD * Math.sqrt(window)),
  };
}

function ownStats(b: OwnPromise, pnl: number[], ratio: number, window: number) {
  const y = pnl.slice(0, window);
  const n = y.length;
  const wins = y.filter((v) => v > 0).length;
  const p = Math.min(1 - 1 / (2 * b.trades), Math.max(1 / (2 * b.trades), b.winRate));
  const unit = Math.sqrt(p * (1 - p) * window * (1 + window / b.trades)) * b.serial;
  const eq = [0];
  for (const v of y) eq.push(eq[eq.length - 1]! + v);
  let low = 0;
  let drawdown = 0;
  for (let i = 0; i <= n; i++) {
    const under = Math.max(...eq.slice(0, i + 1)) - eq[i]!;
    if (under > drawdown) [drawdown, low] = [under, i];
  }
  const before = eq.slice(0, low + 1);
  const top = before.indexOf(Math.max(...before));
  const deficit = n * p - wins;
  const rate = n > 0 ? wins / n : p;
  const win = n >= 20 && deficit >= 2.3 * unit && rate < p - 0.05;
  const fell = n >= 20 && b.drawdownQ95 > 0 && drawdown > 1.5 * b.drawdownQ95 * Math.max(1, ratio);
  return {
    n,
    drawdown,
    stretch: [top, low] as const,
    win,
    fell,
    alert: n >= 20 && deficit >= 1.5 * unit && rate < p - 0.03,
  };
}

function askPairs(s: ReturnType<typeof pairedStats> | null, fell: boolean): [string, string | null] {
  if (!s || s.pairs < 20) return ["quiet", null];
  const drop = s.netShort / s.pairs;
  if (s.gain < 0) {
    if (s.zWins >= 3 && drop > 0.05 && s.netShort >= 5) return ["rollback", "paired-win"];
    if (s.zPnl >= 3) return ["rollback", "paired-pnl"];
    if (fell && s.behind >= 3) return ["rollback", "paired-drawdown"];
  }
  if (s.zWins >= 2 && drop > 0.03) return ["alert", "paired-win"];
  return s.zPnl >= 2 ? ["alert", "paired-pnl"] : ["quiet", null];
}

function controlMode(answered: boolean[]): string {
  const t = answered.length;
  if (t >= 10 && !answered.slice(t - 10).includes(true)) return "unpaired";
  const old = answered.slice(0, Math.max(0, t - 10));
  return old.filter((a) => !a).length <= 5 + 0.15 * old.length ? "paired" : "unpaired";
}

function isMarket(s: ReturnType<typeof pairedStats> | null, own: ReturnType<typeof ownStats>, on: number): boolean {
  if (!s || s.pairs < 20) return false;
  if (s.gain >= 0) return true;
  return own.win ? s.championShort > 0 && s.formerShort >= 0.5 * s.championShort : -on >= 0.5 * own.drawdown;
}

function eventsOf(trades: readonly Row[], answers: ReadonlyMap<number, Row>): [number, number, number][] {
  const events = trades.flatMap((r, i): [number, number, number][] => {
    const answer = answers.get(r.signal);
    const own: [number, number, number] = [r.closed, 0, i];
    return answer ? [own, [Math.max(r.closed, answer.closed), 1, i]] : [own];
  });
  return events.sort((x, y) => x[0] - y[0] || x[1] - y[1] || x[2] - y[2]);
}

/** Every reading, as `playCourse` gives them. */
export function referenceReadings(options: {
  own: OwnPromise;
  paired: PairedBaseline;
  window: number;
  trades: readonly Row[];
  former: readonly Row[];
}) {
  const { paired: b, trades, window } = options;
  const answers = new Map(options.former.map((r) => [r.signal, r]));
  const events = eventsOf(trades, answers);
  const closed: number[] = [];
  const pairs: number[] = [];
  const known = new Set<number>();
  const out = [];
  let found: Case | null = null;
  let alerted = false;
  let prolonged = false;
  for (const [at, kind, i] of events) {
    const limit = prolonged ? 2 * window : window;
    if (kind === 0 && trades[i]!.took) closed.push(i);
    if (kind === 1) {
      known.add(i);
      if (closed.length <= limit || i <= closed[limit - 1]!) pairs.push(i);
    }
    const counted = closed.slice(0, limit);
    const mode = b.usable ? controlMode(closed.map((j) => known.has(j))) : "unpaired";
    const mine = pairs.map((j) => trades[j]!);
    const theirs = mine.map((r) => answers.get(r.signal)!);
    const s = pairs.length > 0 && b.usable ? pairedStats(b, mine, theirs, window) : null;
    const own = ownStats(
      options.own,
      counted.map((j) => trades[j]!.pnl),
      s?.volatility ?? 1,
      window,
    );
    const base = {
      at,
      mode,
      trades: counted.length,
      pairs: pairs.length,
      zWins: s?.zWins,
      zPnl: s?.zPnl,
      behind: s?.behind,
    };
    const broken = own.win ? "win-rate" : own.fell ? "drawdown" : null;
    const [said, by] = mode === "paired" ? askPairs(s, own.fell && !prolonged) : ["quiet", null];
    const alone = mode === "unpaired" && kind === 0 && !prolonged && closed.length <= window && broken;
    if (said === "rollback" || alone) {
      out.push({ ...base, verdict: "rollback", rule: by ?? broken, prolonged });
      return out;
    }
    if (mode === "paired" && broken && !prolonged) {
      const [top, low] = own.stretch;
      const on = closed
        .slice(top, low)
        .reduce((sum, j) => sum + (known.has(j) ? answers.get(trades[j]!.signal)!.pnl : 0), 0);
      found = { verdict: isMarket(s, own, on) ? "market" : "unclear", rule: broken };
    }
    alerted ||= mode === "paired" ? said === "alert" : own.alert;
    let rule: string | null = by;
    rule = found ? found.rule : alerted ? rule : null;
    const verdict = found?.verdict ?? (alerted ? "alert" : "watching");
    const full =
      closed.length >= limit &&
      (mode === "unpaired" || counted.every((j) => known.has(j)) || closed.length >= limit + 10);
    if (full) {
      const open = s && mode === "paired" && (s.zWins >= 1.5 || s.zPnl >= 1.5 || found?.verdict === "unclear");
      if (prolonged || !open) {
        const market = found?.verdict === "market";
        out.push({ ...base, verdict: market ? "market" : "passed", rule: market ? rule : null, prolonged });
        return out;
      }
      prolonged = true;
      for (const j of closed.slice(window)) if (known.has(j) && !pairs.includes(j)) pairs.push(j);
    }
    out.push({ ...base, verdict, rule, prolonged });
  }
  return out;
}
