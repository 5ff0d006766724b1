import type { EventAnswer } from "../../shared/api/contract/event.ts";
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

const colours = { CRITICAL: "red", HIGH: "green", MEDIUM: "yellow", LOW: "dim" } as const;

/** An event of the history as one line of a running narration. */
function eventLine(event: Pick<EventAnswer, "priority" | "trade_time" | "summary">): string {
  const colour = colours[event.priority];
  const when = event.trade_time ? `${event.trade_time.slice(0, 16).replace("T", " ")}  ` : "";
  return `${when}${styled(colour, event.summary, process.stderr)}`;
}
