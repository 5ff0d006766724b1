import type { History } from "../client.ts";
import { numbersOf } from "../event-numbers.ts";
import { begin, duration, when, words } from "../figures.ts";
import { Gates } from "./criteria.tsx";

/** What happened, newest first: each event in a line, behind it its reason and the numbers it rests on. */

export function Timeline({ history, more }: { history: History; more(): void }) {
  const { events, cursor } = history;
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      {events.length === 0 ? <p class="soft empty">Nothing happened yet.</p> : null}
      <ol class="timeline">
        {events.map((event) => (
          <li key={event.event_id} class={event.priority.toLowerCase()}>
            <details>
              <summary>
                <time dateTime={event.at}>{when(event.at)}</time> <strong>{begin(words(event.event_type))}</strong>{" "}
                <span class="what">
                  <bdi>{event.summary}</bdi>
                </span>
                <span class="aside">
                  {apart(event) ? `trades of ${when(event.trade_time)}` : ""}
                  {event.delivery.state === "waiting" ? <span class="word">alert not published yet</span> : null}
                </span>
              </summary>
              <div class="behind">
                <dl class="reasons">
                  <dt>Reason</dt>
                  <dd>
                    <bdi>{event.reason === "" ? "none given" : event.reason}</bdi>
                  </dd>
                  <dt>By</dt>
                  <dd>
                    <bdi>{event.actor}</bdi>
                  </dd>
                  <dt>Recorded</dt>
                  <dd>{when(event.at)} UTC</dd>
                  <dt>Newest trade</dt>
                  <dd>{event.trade_time ? `${when(event.trade_time)} UTC` : "none"}</dd>
                  <dt>Alert</dt>
                  <dd>{deliveryOf(event)}</dd>
                  <dt>Event</dt>
                  <dd class="code">
                    <bdi>{event.event_id}</bdi>
                  </dd>
                </dl>
                <Behind details={event.details} />
              </div>
            </details>
          </li>
        ))}
      </ol>
      {cursor ? (
        <button type="button" onClick={more}>
          Earlier
        </button>
      ) : null}
    </section>
  );
}

type Event = History["events"][number];

const HOUR_MS = 3_600_000;

/** Whether the trades an event speaks of closed at another time than it was recorded, as in a replay of the past. */
function apart({ at, trade_time }: Event): boolean {
  return trade_time !== null && Math.abs(Date.parse(at) - Date.parse(trade_time)) > HOUR_MS;
}

function deliveryOf(event: Event): string {
  const { state, published_at } = event.delivery;
  if (state === "waiting") return `${event.priority}, not published yet`;
  const took = Date.parse(published_at!) - Date.parse(event.at);
  return `${event.priority}, published ${when(published_at)} UTC, ${duration(Math.max(0, took))} after the event`;
}

/** What the decision was taken on. */
function Behind({ details }: { details: Event["details"] }) {
  const numbers = numbersOf(details);
  const gates = "decision" in details ? details.decision?.gates : undefined;
  return (
    <>
      {numbers.length > 0 ? (
        <dl class="numbers">
          {numbers.map(({ place, name, figure }) => (
            <div key={place}>
              <dt>{begin(name)}</dt>
              <dd>
                <bdi>{figure}</bdi>
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
      {gates ? (
        <div class="gates">
          <Gates title="Criteria of the look" gates={gates} provisional={false} />
        </div>
      ) : null}
    </>
  );
}
