import { renderAlert } from "../domain/alert.ts";
import type { DomainEvent } from "../domain/event.ts";
import type { AlertsPort, Clock, StatePort } from "./ports.ts";

/**
 * Publishes events of the outbox: at least once each, under one event id, and then notes that it happened.
 * @param options.correlationIds  what each event was caused by, by event id, where it is known
 * @returns ids of the events that must be tried again
 */
export async function notify(
  events: readonly DomainEvent[],
  ports: { state: StatePort; alerts: AlertsPort; clock: Clock },
  options: { environment: string; correlationIds?: ReadonlyMap<string, string | undefined> },
): Promise<{ published: string[]; failed: { eventId: string; error: string }[] }> {
  const published: string[] = [];
  const failed: { eventId: string; error: string }[] = [];
  for (const event of events) {
    try {
      await ports.alerts.publish(
        renderAlert(event, {
          environment: options.environment,
          correlationId: options.correlationIds?.get(event.eventId),
        }),
      );
      await ports.state.markPublished(event, ports.clock.now());
      published.push(event.eventId);
    } catch (error) {
      failed.push({ eventId: event.eventId, error: error instanceof Error ? error.message : String(error) });
    }
  }
  return { published, failed };
}
