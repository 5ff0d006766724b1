import type { Api } from "../client/api-client.ts";
import { styled } from "./command-line.ts";
import type { Progress } from "./progress.ts";

/** Prints the history's new events while something runs. */
export class EventPrinter {
  readonly #api: Api;
  readonly #progress: Pick<Progress, "say">;
  readonly #printed = new Set<string>();

  constructor(api: Api, progress: Pick<Progress, "say">) {
    this.#api = api;
    this.#progress = progress;
  }

  async skipToNow(): Promise<void> {
    for (const event of (await this.#api.history({ limit: 50 })).events) this.#printed.add(event.event_id);
  }

  async print(): Promise<void> {
    const { events } = await this.#api.history({ limit: 50 });
    for (const event of events.reverse()) {
      if (this.#printed.has(event.event_id)) continue;
      this.#printed.add(event.event_id);
      this.#progress.say(eventLine(event));
    }
  }
}

/** An event of the history as one line of a running narration. */
function eventLine(event: {
  priority: string;
  event_type: string;
  trade_time: string | null;
  summary: string;
}): string {
  const colour = { CRITICAL: "red", HIGH: "green", MEDIUM: "yellow" }[event.priority] as
    | "red"
    | "green"
    | "yellow"
    | undefined;
  const when = event.trade_time ? `${event.trade_time.slice(0, 16).replace("T", " ")}  ` : "";
  return `${when}${styled(colour ?? "dim", event.summary, process.stderr)}`;
}
