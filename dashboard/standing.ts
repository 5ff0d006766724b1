import type { Health, Status } from "./client.ts";
import { begin, count } from "./figures.ts";

/** Whether the champion is safe, in one word and one sentence: the gravest thing known, and nothing softer beside it. */

export type Tone = "good" | "watch" | "wrong";
export type Standing = { word: string; tone: Tone; why: string };

type Champion = NonNullable<Status["champion"]>;

/** @param health  null: not known yet, or nobody answers */
export function standingOf(status: Pick<Status, "champion" | "paused">, health: Health | null): Standing | null {
  const { champion, paused } = status;
  if (champion === null) return null;
  const fallen = fallenOf(champion);
  if (fallen) return fallen;
  if (health === null) return { word: "Not known", tone: "watch", why: "Nobody answers: what stands here may be old." };
  if (!health.healthy)
    return { word: "Not healthy", tone: "wrong", why: begin(health.problems[0] ?? "what it rests on is not sound") };
  if (paused) return { word: "Paused", tone: "watch", why: "Nothing is promoted or rolled back by itself." };
  if (health.automatic_action.state !== "on")
    return { word: "By hand", tone: "watch", why: health.automatic_action.in_words };
  return guardedOf(champion) ?? calm(champion);
}

/** What asks for a person now. */
function fallenOf({ guard, breaker }: Champion): Standing | null {
  if (breaker) return { word: "Money held back", tone: "wrong", why: breaker.reason };
  const verdict = guard?.reading?.verdict;
  if (guard?.status === "advised" || verdict === "advised")
    return { word: "Rollback advised", tone: "wrong", why: "It broke its promise: a person decides." };
  if (verdict === "rollback")
    return { word: "Fails", tone: "wrong", why: "It broke its promise, and the former champion did not." };
  if (guard?.status === "market" || verdict === "market")
    return {
      word: "Market fell",
      tone: "watch",
      why: "It fell short of its promise, and the market is to blame, not the model.",
    };
  if (verdict === "unclear")
    return { word: "Unclear", tone: "watch", why: "It broke its promise, and nobody can say yet which it is." };
  if (guard?.status === "blind")
    return { word: "Not guarded", tone: "watch", why: "It was promoted without a promise to hold it to." };
  return null;
}

function guardedOf({ guard }: Champion): Standing | null {
  if (guard?.status !== "watching") return null;
  const done = guard.reading?.trades ?? 0;
  const why = `${count(done)} of ${count(guard.window)} trades beside the former champion.`;
  return { word: guard.alerted ? "Guard alert" : "Under guard", tone: "watch", why };
}

function calm({ monitor, trade_count, cooldown }: Champion): Standing {
  if (monitor.episodes > 0)
    return {
      word: "Degraded before",
      tone: "watch",
      why: `${count(monitor.episodes)} ${monitor.episodes === 1 ? "alarm" : "alarms"} in this reign; no chart is beyond its limit now.`,
    };
  if (cooldown) return { word: "Cooling down", tone: "good", why: cooldown.in_words };
  if (trade_count === 0) return { word: "No trades yet", tone: "watch", why: "Nothing is known of it yet." };
  return { word: "Safe", tone: "good", why: "No guard open, no chart beyond its limit, data sound." };
}
