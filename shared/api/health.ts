import { heldBecause } from "../domain/held.ts";
import { knownModels, type Registry } from "../domain/registry.ts";
import type { Settings } from "../domain/settings.ts";
import type { FailuresPort } from "../pipeline/failures.ts";
import type { Clock, StatePort } from "../pipeline/ports.ts";
import { type Answer, success } from "./answer.ts";
import type { HealthAnswer } from "./contract/system.ts";
import { isoTime } from "./view.ts";

/** Alerts that wait longer than this for their publication make the system unhealthy. */
const ALERT_WAIT_MS_MAX = 5 * 60_000;

/** Whether the parts answer, how far ingest is behind, and what lies in the failure store. */
export async function readHealth(ports: {
  state: StatePort;
  clock: Clock;
  settings: Settings;
  failures: Pick<FailuresPort, "count">;
}): Promise<Answer<HealthAnswer>> {
  const [store, held] = await Promise.all([readStore(ports), settle(ports.failures.count())]);
  const problems: string[] = [];
  if (!store.ok) problems.push(`the state table does not answer: ${store.error}`);
  if (!held.ok) problems.push(`the failure store does not answer: ${held.error}`);
  if (held.ok && held.value > 0)
    problems.push(`${held.value} batch(es) in the failure store: ledgers may miss trades until npm run redrive`);
  const oldest = store.ok ? store.value.oldestAlertAt : null;
  if (oldest !== null && ports.clock.now() - oldest > ALERT_WAIT_MS_MAX)
    problems.push("alerts are not being published");
  return success(
    {
      healthy: problems.length === 0,
      problems,
      automatic_action: automaticAction(store.ok ? store.value.registry : null, ports.settings),
      store: store.ok ? "reachable" : "unreachable",
      stream: store.ok ? store.value.stream : null,
      ledgers: store.ok ? store.value.ledgers : null,
      dead_letters: held.ok ? held.value : null,
      alerts_waiting: store.ok ? store.value.alertsWaiting : null,
      champion: store.ok ? store.value.champion : null,
      registry_version: store.ok ? store.value.version : null,
    },
    store.ok ? 200 : 503,
  );
}

/** Whether anything is done by itself; what cannot be known is not guessed. */
function automaticAction(registry: Registry | null, settings: Settings): HealthAnswer["automatic_action"] {
  if (!settings.enabled) return { state: "off", in_words: "Off: ENABLE_SHADOW_MODELS is false." };
  if (registry === null) return { state: "unknown", in_words: "Unknown: the state table does not answer." };
  const held = heldBecause(registry, settings);
  if (held !== null) return { state: "off", in_words: `Off: ${held}.` };
  if (registry.champion?.guard?.status === "blind")
    return { state: "on", in_words: "On, but the champion's guard is blind: it is not rolled back by itself." };
  return settings.autoPromote
    ? { state: "on", in_words: "On: models are promoted and rolled back by themselves." }
    : { state: "on", in_words: "On, but promotions wait for a person (SHADOW_AUTO_PROMOTE=false)." };
}

async function readStore({ state }: { state: StatePort }) {
  return settle(
    (async () => {
      const registry = await state.loadRegistry();
      const heads = [...(await state.loadHeads(knownModels(registry).map((m) => m.name))).values()];
      const waiting = await state.listUnpublished({ limit: 1000 });
      const newest = heads.reduce<(typeof heads)[number] | null>(
        (best, head) => (head.ingestedAt !== null && head.ingestedAt > (best?.ingestedAt ?? 0) ? head : best),
        null,
      );
      return {
        registry,
        champion: registry.champion?.name ?? null,
        version: registry.version,
        ledgers: heads.map((head) => ({
          model_name: head.model,
          trades: head.count,
          rejected: head.rejected,
          last_trade_at: isoTime(head.clock),
        })),
        alertsWaiting: waiting.length,
        oldestAlertAt: waiting.length > 0 ? Math.min(...waiting.map((event) => event.at)) : null,
        stream: {
          /** how long the newest trade took from the table into the ledger */
          lag_ms:
            newest?.ingestedAt != null && newest.arrivedAt !== null
              ? Math.max(0, newest.ingestedAt - newest.arrivedAt)
              : null,
          last_trade_model: newest?.model ?? null,
          last_ingested_at: isoTime(newest?.ingestedAt ?? null),
        },
      };
    })(),
  );
}

async function settle<T>(promise: Promise<T>): Promise<{ ok: true; value: T } | { ok: false; error: string }> {
  try {
    return { ok: true, value: await promise };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}
