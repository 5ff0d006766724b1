import { roundedCount, roundedPercent } from "../domain/number-words.ts";
import type { ChallengerAnswer, ChampionAnswer, StatusAnswer } from "./contract/status.ts";

/** The status in a few sentences: who trades, how the tests stand, and what somebody should look at. */
export function statusInWords(status: Omit<StatusAnswer, "in_words">): string {
  const { champion, challengers, paused } = status;
  if (champion === null) return "No model is deployed yet: the first one deployed becomes champion.";
  return [
    ...(paused ? [`Automatic action is paused by ${paused.actor}: ${sentence(paused.reason)}`] : []),
    championWords(champion),
    ...(challengers.length > 0 ? challengers.map(challengerWords) : ["No challenger is being tested."]),
    ...otherWords(status),
  ].join(" ");
}

const number = (n: number, one: string, many = `${one}s`): string => `${roundedCount(n)} ${n === 1 ? one : many}`;
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function championWords({ model_name, trade_count, allocation, guard, cooldown }: ChampionAnswer): string {
  const share = allocation === 1 ? "all of the money" : `${roundedPercent(allocation, 0)} of the money`;
  const watched = guard?.status === "watching" ? ` Its guard: ${sentence(guard.in_words)}` : "";
  const cools = cooldown ? ` ${cooldown.in_words}` : "";
  return `${model_name} is champion with ${share} and ${number(trade_count, "trade")}.${watched}${cools}`;
}

function challengerWords({ model_name, promotion_status, last_look, reason }: ChallengerAnswer): string {
  const word = promotion_status.toLowerCase().replaceAll("_", " ");
  const look = last_look ? ` at ${roundedCount(last_look.n)} common signals` : "";
  return `Challenger ${model_name} is ${word}${look}: ${sentence(reason)}`;
}

function otherWords({ queue, archive, rejected, rejected_beyond }: Omit<StatusAnswer, "in_words">): string[] {
  const words: string[] = [];
  if (queue.length > 0) words.push(`${number(queue.length, "model waits", "models wait")} in the queue.`);
  const restorable = archive.map((m) => m.model_name);
  if (restorable.length > 0) words.push(`${restorable.join(", ")} can be restored.`);
  const lost = rejected.reduce((sum, r) => sum + r.count, rejected_beyond);
  if (lost > 0) words.push(`${number(lost, "trade does", "trades do")} not count: see rejected.`);
  return words;
}
