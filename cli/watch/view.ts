import type { EventAnswer } from "../../shared/api/contract/event.ts";
import type {
  ChallengerAnswer,
  ChallengerStatusWord,
  ChampionAnswer,
  ModelAnswer,
  StatusAnswer,
} from "../../shared/api/contract/status.ts";
import type { HealthAnswer } from "../../shared/api/contract/system.ts";
import { definedMetric } from "../client/defined-metric.ts";
import { count, decimal, money, points, winRate } from "../terminal/figures.ts";
import { gateWords } from "../terminal/gate-words.ts";
import { folded } from "./fold.ts";
import type { Line, Segment, Tone } from "./line.ts";

/** The dashboard as lines of toned text: what the API tells, arranged for a terminal. Pure, so that tests can read it. */

export type Snapshot = {
  status: StatusAnswer;
  /** newest first */
  events: readonly EventAnswer[];
  health: HealthAnswer;
};

export type Place = {
  url: string;
  columns: number;
  rows: number;
  /** epoch ms */
  now: number;
};

/** Cells of the guard's bar and of a challenger's. */
const CELLS = { guard: 12, trades: 6 };
const EVENTS = { fewest: 3, most: 8 };
const NAMES_LISTED = 3;

const plain = (text: string): Segment => ({ text, tone: "plain" });
const faint = (text: string): Segment => ({ text, tone: "faint" });

/** @param away  since when nothing answers and why; null: it answers */
export function dashboard(
  snapshot: Snapshot | null,
  place: Place,
  away: { since: number; why: string } | null,
): Line[] {
  const fold = (unfolded: readonly Line[]) => unfolded.flatMap((line) => folded(line, place.columns));
  const lines = [head(place, snapshot), ...fold(away ? [awayLine(away, place.now)] : [])];
  if (!snapshot) return away ? lines : [...lines, [faint("Waiting for the first answer …")]];
  const { status, health, events } = snapshot;
  lines.push(...fold([...warnings(status, health), ...championLines(status.champion), []]));
  lines.push(...fold([...challengerLines(status), ...otherLines(status), []]));
  const room = place.rows - lines.length - 3;
  const shown = eventLines(events.slice(0, EVENTS.most)).map((line) => folded(line, place.columns));
  // The title and the fewest events always; of the rest what still has room, whole.
  let used = 0;
  for (const [i, event] of shown.entries()) {
    used += event.length;
    if (used <= room || i <= EVENTS.fewest) lines.push(...event);
  }
  return lines;
}

function head({ url, columns, now }: Place, snapshot: Snapshot | null): Line {
  const left = `UNDERSTUDY  ${url}`;
  const time = new Date(now).toLocaleTimeString("en-GB");
  const version = snapshot ? `registry ${snapshot.status.registry_version}  ` : "";
  const right = `${version}${time}`;
  return [{ text: left, tone: "strong" }, faint(right.padStart(Math.max(right.length + 2, columns - left.length)))];
}

function awayLine(away: { since: number; why: string }, now: number): Line {
  const seconds = Math.max(0, Math.round((now - away.since) / 1000));
  return [{ text: `${away.why}; trying again since ${seconds} s`, tone: "attention" }];
}

function warnings(status: StatusAnswer, health: HealthAnswer): Line[] {
  const lines: Line[] = [];
  if (status.paused) {
    lines.push([{ text: `PAUSED by ${status.paused.actor}: ${status.paused.reason}`, tone: "attention" }]);
  }
  for (const problem of health.problems) lines.push([{ text: `HEALTH ${problem}`, tone: "bad" }]);
  const rejected = status.rejected.reduce((sum, r) => sum + r.count, 0);
  if (rejected > 0) {
    const last = status.rejected.reduce((a, b) => (b.count > a.count ? b : a));
    lines.push([
      { text: `QUARANTINE ${count(rejected)} rows; ${last.model_name}: ${last.last_reason}`, tone: "attention" },
    ]);
  }
  return lines;
}

function championLines(champion: ChampionAnswer | null): Line[] {
  if (!champion) {
    return [
      [
        { text: "CHAMPION", tone: "strong" },
        faint("  none yet: the first model deployed becomes champion (POST /shadow/deploy)"),
      ],
    ];
  }
  const lines: Line[] = [
    [
      { text: "CHAMPION  ", tone: "strong" },
      { text: champion.model_name, tone: "good" },
      faint(`  ${champion.model_type}, version ${champion.version}, trades real money`),
    ],
    [plain(`  ${count(champion.trade_count)} trades   ${figures(champion)}`)],
  ];
  const guard = guardLine(champion);
  return guard ? [...lines, guard] : lines;
}

function figures({ metrics: m }: Pick<ModelAnswer, "metrics">): string {
  if (!m) return "no figures yet";
  return [
    `win rate ${winRate(definedMetric(m, "win_rate"))}`,
    `Sharpe ${decimal(definedMetric(m, "sharpe_ratio"))}`,
    `mean ${money(definedMetric(m, "mean_pnl"))}`,
    `drawdown ${count(m.max_drawdown)}`,
  ].join("   ");
}

/** After a promotion: how many trades the guard still watches. */
function guardLine({ guard }: ChampionAnswer): Line | null {
  if (!guard) return null;
  if (guard.status === "passed") return [faint(`  guard passed: its first ${guard.window} trades kept the promise`)];
  if (guard.status === "market" || guard.status === "advised")
    return [{ text: `  guard: ${guard.in_words}`, tone: "attention" }];
  if (guard.status === "blind") return [{ text: `  guard blind: ${guard.in_words}`, tone: "attention" }];
  const seen = guard.reading?.trades ?? 0;
  const tone = guardTone(guard);
  const left = `${Math.max(0, guard.window - seen)} of ${guard.window} trades to go`;
  return [{ text: `  guard ${bar(seen, guard.window, CELLS.guard)} ${left}, ${guard.mode}: ${guard.in_words}`, tone }];
}

function guardTone({ reading, alerted }: NonNullable<ChampionAnswer["guard"]>): Tone {
  const verdict = reading?.verdict;
  if (verdict === "rollback" || verdict === "advised") return "bad";
  return alerted || verdict === "market" || verdict === "unclear" || verdict === "prolonged" ? "attention" : "plain";
}

function challengerLines({ challengers, settings }: StatusAnswer): Line[] {
  const title: Line = [
    { text: "CHALLENGERS  ", tone: "strong" },
    plain(`${challengers.length} of ${settings.max_challengers}`),
    faint(challengers.length > 0 ? "  on paper, 0 % of the money" : "  none: deploy one to have it tested"),
  ];
  return [title, ...challengers.flatMap((m) => challengerPair(m, settings.min_trades))];
}

function challengerPair(m: ChallengerAnswer, minTrades: number): Line[] {
  const trades =
    m.trade_count < minTrades
      ? `${count(m.trade_count)}/${count(minTrades)} ${bar(m.trade_count, minTrades, CELLS.trades)}`
      : `${count(m.trade_count)} trades`;
  const [wins, sharpe] = [definedMetric(m.metrics, "win_rate"), definedMetric(m.metrics, "sharpe_ratio")];
  const head: Line = [
    plain(`  ${m.model_name.padEnd(16)} `),
    { text: wordsOf(m.promotion_status).padEnd(13), tone: toneOf(m.promotion_status) },
    plain(` score ${`${m.provisional ? "~" : ""}${points(m.promotion_score)}`.padStart(3)}  `),
    plain(`WR ${winRate(wins).padStart(6)}  SR ${decimal(sharpe).padStart(5)}  `),
    plain(trades),
  ];
  const due =
    m.pairs_to_next_look > 0
      ? `next look at ${count(m.next_look)}, ${count(m.pairs_to_next_look)} to go`
      : `look at ${count(m.next_look)} due`;
  const blocked = m.blocking_criterion === null ? "" : `; held back by ${gateWords(m.blocking_criterion)}`;
  const why = m.provisional ? "; ~ provisional until then" : `${blocked}: ${m.reason}`;
  return [head, [faint(`    ${count(m.pairs)} pairs, ${due}${why}`)]];
}

/** Only what a look decided has a colour; what is not decided yet is neutral. */
function toneOf(status: ChallengerStatusWord): Tone {
  if (status === "APPROVED") return "good";
  if (status === "MANUAL_REVIEW") return "attention";
  return status === "REJECTED" ? "bad" : "plain";
}

function wordsOf(status: ChallengerStatusWord): string {
  return status.replaceAll("_", " ");
}

function otherLines({ queue, archive, departed }: StatusAnswer): Line[] {
  const lines: Line[] = [];
  const names = (list: readonly string[]) =>
    `${list.slice(0, NAMES_LISTED).join(", ")}${list.length > NAMES_LISTED ? ` and ${list.length - NAMES_LISTED} more` : ""}`;
  const line = (title: string, text: string) => lines.push([{ text: `${title}  `, tone: "strong" }, plain(text)]);
  if (queue.length > 0) line("QUEUE", names(queue.map((m) => m.model_name)));
  if (archive.length > 0) line("ARCHIVE", `${names(archive.map((m) => m.model_name))} (can be restored)`);
  if (departed.length > 0) line("DEPARTED", names(departed.map((m) => `${m.model_name} ${m.role}`)));
  return lines;
}

function eventLines(events: readonly EventAnswer[]): Line[] {
  const title: Segment = { text: "EVENTS", tone: "strong" };
  if (events.length === 0) return [[title, faint("  none yet")]];
  return [[title], ...events.map((event) => eventLine(event))];
}

function eventLine({ at, event_type: type, priority, summary }: EventAnswer): Line {
  const failed = type === "rollback" || type === "rollback_failed" || type === "data_integrity";
  const tone: Tone = failed ? "bad" : type === "promotion" ? "good" : priority === "LOW" ? "plain" : "attention";
  return [
    faint(`  ${new Date(at).toLocaleTimeString("en-GB")} `),
    { text: `${priority.padEnd(9)}`, tone },
    plain(summary),
  ];
}

function bar(done: number, whole: number, cells: number): string {
  const filled = Math.max(0, Math.min(cells, Math.round((cells * done) / Math.max(1, whole))));
  return `${"█".repeat(filled)}${"░".repeat(cells - filled)}`;
}
