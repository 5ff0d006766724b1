import type { Action } from "../actions.tsx";
import type { Challenger, Paths, Status } from "../client.ts";
import { begin, count, percent, score, signed, words } from "../figures.ts";
import { Course, type Span, SpanBar, spanOf } from "./small-lines.tsx";

/** All challengers at a glance; choosing one shows its evidence below. */
export function Challengers({
  status,
  chosen,
  pathsOf,
  onChoose,
  onAct,
}: {
  status: Status;
  chosen: string | null;
  pathsOf: ReadonlyMap<string, Paths>;
  onChoose(name: string): void;
  onAct(action: Action): void;
}) {
  const { challengers, queue } = status;
  const spans = challengers.flatMap((m) => spanOf(pathsOf.get(m.model_name)) ?? []);
  return (
    <section aria-labelledby="challengers">
      <h2 id="challengers">Challengers</h2>
      {challengers.length === 0 ? (
        <p class="soft empty">No model is being tested. Deploy one: it trades the champion's signals on paper.</p>
      ) : (
        <table class="cards models">
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">State</th>
              <th scope="col" class="number">
                Common signals
              </th>
              <th scope="col" class="course">
                So far
              </th>
              <th scope="col" class="number">
                Difference a signal
              </th>
              <th scope="col">Interval</th>
              <th scope="col" class="number">
                Score
              </th>
              <th scope="col">Held back by</th>
              <th scope="col" class="number">
                Signals left
              </th>
              <th scope="col">
                <span class="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {challengers.map((m) => (
              <Row
                key={m.model_name}
                m={m}
                spans={spans}
                chosen={chosen === m.model_name}
                paths={pathsOf.get(m.model_name)}
                onChoose={onChoose}
                onAct={onAct}
              />
            ))}
          </tbody>
        </table>
      )}
      {queue.length > 0 ? (
        <p class="soft">
          Waiting: <bdi>{queue.map((m) => m.model_name).join(", ")}</bdi>
        </p>
      ) : null}
    </section>
  );
}

const states: Record<Challenger["promotion_status"], { word: string; tone: string }> = {
  PENDING: { word: "Gathering", tone: "" },
  APPROVED: { word: "Approved", tone: "good" },
  MANUAL_REVIEW: { word: "A person decides", tone: "watch" },
  REJECTED: { word: "Worse so far", tone: "" },
  RETIRED: { word: "Retired", tone: "" },
  NO_DATA: { word: "No data", tone: "watch" },
};

function Row({
  m,
  spans,
  chosen,
  paths,
  onChoose,
  onAct,
}: {
  m: Challenger;
  spans: readonly Span[];
  chosen: boolean;
  paths: Paths | undefined;
  onChoose(name: string): void;
  onAct(action: Action): void;
}) {
  const span = spanOf(paths);
  const state = states[m.promotion_status];
  return (
    <tr class={chosen ? "chosen" : ""}>
      <th scope="row">
        <button type="button" class="plain" aria-pressed={chosen} onClick={() => onChoose(m.model_name)}>
          <bdi>{m.model_name}</bdi>
        </button>{" "}
        <span class="soft line2">
          <bdi>{m.model_type}</bdi>
        </span>
      </th>
      <td data-label="State">
        <span class={`word ${state.tone}`}>{state.word}</span>
      </td>
      <td data-label="Common signals" class="number">
        {count(m.pairs)} <span class="soft">of {count(m.next_look)}</span>
        {(m.pair_coverage ?? 1) < 1 ? <span class="soft line2"> coverage {percent(m.pair_coverage)}</span> : null}
        <span class="share" style={{ "--share": String(m.pairs / m.next_look) }} aria-hidden="true" />
      </td>
      <td class="drawn course">
        <Course paths={paths} />
      </td>
      <td data-label="Difference a signal" class="number">
        {signed(span?.value)}{" "}
        {span ? (
          <span class="soft line2">
            {signed(span.low)} to {signed(span.high)}
          </span>
        ) : null}
      </td>
      <td class="drawn">
        <SpanBar span={span} all={spans} />
      </td>
      <td data-label="Score" class="number">
        {score(m.promotion_score)} {m.provisional ? <span class="soft line2">provisional</span> : null}
      </td>
      <td data-label="Held back by">{m.blocking_criterion === null ? "–" : begin(words(m.blocking_criterion))}</td>
      <td data-label="Signals left" class="number">
        <Left m={m} />
      </td>
      <td class="acts">
        <div class="act">
          <button
            type="button"
            onClick={() =>
              onAct({ kind: "promote", challenger: m.model_name, approved: m.promotion_status === "APPROVED" })
            }
          >
            Promote …
          </button>
          <button type="button" onClick={() => onAct({ kind: "retire", challenger: m.model_name })}>
            Retire …
          </button>
        </div>
      </td>
    </tr>
  );
}

/** Signals until the nearer route is proved with probability one half, when things go on as they are. */
function Left({ m }: { m: Challenger }) {
  if (!m.trades_left)
    return m.pairs_to_next_look > 0 ? (
      <>
        {count(m.pairs_to_next_look)} <span class="soft line2">to the look</span>
      </>
    ) : (
      "–"
    );
  const halves = Object.values(m.trades_left).flatMap((route) => route.n50 ?? []);
  if (halves.includes(0)) return "proved";
  return halves.length > 0 ? `about ${count(Math.min(...halves))}` : "not in sight";
}
