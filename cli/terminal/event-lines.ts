import type { Api } from "../client/api-client.ts";
import { styled } from "./command-line.ts";
import type { Progress } from "./progress.ts";

/** Tells the history's new events while something runs. */
export class EventTeller {
  readonly #api: Api;
  readonly #progress: Pick<Progress, "say">;
  readonly #told = new Set<string>();

  constructor(api: Api, progress: Pick<Progress, "say">) {
    this.#api = api;
    this.#progress = progress;
  }

  async skipToNow(): Promise<void> {
    for (const event of (await this.#api.history({ limit: 50 })).events) this.#told.add(event.event_id);
  }

  async tell(): Promise<void> {
    const { events } = await this.#api.history({ limit: 50 });
    for (const event of events.reverse()) {
      if (this.#told.has(event.event_id)) continue;
      this.#told.add(event.event_id);
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
