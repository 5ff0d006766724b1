import { notify } from "./notify.ts";
import type { AlertsPort, Clock, StatePort } from "./ports.ts";

/** An event younger than this is on its way: the stream brings it to notify within a second or so. */
const IN_FLIGHT_MS = 60_000;
/** Events one run publishes: well within its time, even where the topic answers slowly. */
export const SWEPT_MAX = 200;

export type SweepReport = { published: string[]; failed: { eventId: string; error: string }[]; waiting: number };

/**
 * Publishes what the stream did not: events that have waited in the outbox for more than a minute, oldest first, a bounded number
 * a run. An event is published under the id it was committed with, so a subscriber that gets it twice can tell.
 */
export async function sweep(
  ports: { state: StatePort; alerts: AlertsPort; clock: Clock },
  options: { environment: string },
): Promise<SweepReport> {
  const now = ports.clock.now();
  const unpublished = await ports.state.listUnpublished({ limit: SWEPT_MAX });
  const overdue = unpublished.filter((event) => now - event.at > IN_FLIGHT_MS);
  const { published, failed } = await notify(overdue, ports, options);
  return { published, failed, waiting: unpublished.length - published.length };
}
