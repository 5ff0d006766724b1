import { describeGuard, type GuardState } from "../domain/guard.ts";
import type { Champion, Registry } from "../domain/registry.ts";
import type { Settings } from "../domain/settings.ts";
import { snakeCase } from "../domain/snake-case.ts";
import { guardReading } from "../pipeline/guard.ts";
import type { StatePort } from "../pipeline/ports.ts";
import type { GuardAnswer } from "./contract/champion-watch.ts";
import { isoTime } from "./view.ts";

/** How a guard stands that has no reading. */
const endWords: Readonly<Record<GuardState["status"], string>> = {
  watching: "No trade since the promotion yet.",
  passed: "The first trades after the promotion kept the promise.",
  market: "The guard ended in a fallen market: both models lost on the same signals, nothing was swapped.",
  advised: "The prolonged guard advised a rollback: a person decides.",
  blind: "No baseline: this champion was promoted without enough shadow trades, so it is not rolled back by itself.",
};

export async function guardView(
  champion: Champion,
  registry: Registry,
  ports: { state: StatePort; settings: Settings },
): Promise<GuardAnswer | null> {
  const { guard, startAt } = champion;
  if (!guard) return null;
  const reading = await guardReading(champion, registry, ports);
  return {
    in_words: guard.status === "blind" ? endWords.blind : reading ? describeGuard(reading) : endWords[guard.status],
    status: guard.status,
    window: guard.window,
    former_champion: guard.reference,
    alerted: guard.alerted,
    reported: guard.reported ?? [],
    mode: reading?.mode ?? (ports.settings.guard === "promise" ? "promise" : (guard.mode ?? "unpaired")),
    since_trade_time: isoTime(startAt),
    baseline: snakeCase(guard.baseline),
    reading: reading ? { ...snakeCase(reading), at: isoTime(reading.at) } : null,
  };
}
