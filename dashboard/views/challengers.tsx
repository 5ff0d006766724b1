import { useMemo } from "preact/hooks";
import type { Action } from "../actions.tsx";
import type { Challenger, Paths, Status } from "../client.ts";
import { count, percent, score, signed, words } from "../figures.ts";

/** All challengers at a glance; choosing one shows its evidence below. */
export function Challengers(o: {
  status: Status;
  chosen: string | null;
  pathsOf: ReadonlyMap<string, Paths>;
  onChoose(name: string): void;
  onAct(action: Action): void;
}) {
  const { challengers, queue } = o.status;
  return (
    <section aria-labelledby="challengers">
      <h2 id="challengers">Challengers</h2>
      {challengers.length === 0 ? (
        <p class="soft empty">No model is being tested. Deploy one: it trades the champion's signals on paper.</p>
      ) : (
        <table class="cards">
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">State</th>
              <th scope="col" class="number">
                Common signals
              </th>
              <th scope="col" class="number">
                Mean difference (interval)
              </th>
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
              <Row key={m.model_name} m={m} {...o} />
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

const states: Record<Challenger["promotion_status"], string> = {
  PENDING: "Gathering",
  APPROVED: "Approved",
  MANUAL_REVIEW: "A person must look",
  REJECTED: "Worse so far",
  RETIRED: "Retired",
  NO_DATA: "No data",
};

function Row(o: {
  m: Challenger;
  chosen: string | null;
  pathsOf: ReadonlyMap<string, Paths>;
  onChoose(name: string): void;
  onAct(action: Action): void;
}) {
  const { m } = o;
  const chosen = o.chosen === m.model_name;
  return (
    <tr class={chosen ? "chosen" : ""}>
      <th scope="row">
        <button type="button" class="plain" aria-pressed={chosen} onClick={() => o.onChoose(m.model_name)}>
          <bdi>{m.model_name}</bdi>
        </button>
        <span class="soft">
          {" "}
          <bdi>{m.model_type}</bdi>
        </span>
      </th>
      <td data-label="State">{states[m.promotion_status]}</td>
      <td data-label="Common signals" class="number">
        {count(m.pairs)} <span class="soft">of {count(m.next_look)}</span>
        {(m.pair_coverage ?? 1) < 1 ? <span class="soft"> · coverage {percent(m.pair_coverage)}</span> : null}
      </td>
      <td data-label="Mean difference" class="number">
        <Course paths={o.pathsOf.get(m.model_name)} />
        {differenceInWords(o.pathsOf.get(m.model_name)) ?? "–"}
      </td>
      <td data-label="Score" class="number">
        {m.provisional ? <span class="soft">{score(m.promotion_score)}, provisional</span> : score(m.promotion_score)}
      </td>
      <td data-label="Held back by">{m.blocking_criterion === null ? "–" : words(m.blocking_criterion)}</td>
      <td data-label="Signals left" class="number">
        {leftOf(m)}
      </td>
      <td class="act">
        <button
          type="button"
          onClick={() =>
            o.onAct({ kind: "promote", challenger: m.model_name, approved: m.promotion_status === "APPROVED" })
          }
        >
          Promote …
        </button>
        <button type="button" onClick={() => o.onAct({ kind: "retire", challenger: m.model_name })}>
          Retire …
        </button>
      </td>
    </tr>
  );
}

/** Signals until the nearer route is proved with probability one half, when things go on as they are. */
function leftOf(m: Challenger): string {
  if (!m.trades_left) return m.pairs_to_next_look > 0 ? `${count(m.pairs_to_next_look)} to the look` : "–";
  const halves = Object.values(m.trades_left).flatMap((route) => route.n50 ?? []);
  if (halves.includes(0)) return "proved";
  return halves.length > 0 ? `about ${count(Math.min(...halves))}` : "not in sight";
}

/** Mean difference a signal, with the interval the boundary draws: of the latest look, of this moment before the first. */
function differenceInWords(paths: Paths | undefined): string | null {
  const step = paths?.looks.at(-1) ?? paths?.present;
  if (!step?.total || step.n === 0) return null;
  const { value, low, high } = step.total;
  const per = (x: number | null) => signed(x === null ? null : x / step.n);
  return `${per(value)} (${per(low)} to ${per(high)})`;
}

const COURSE = { width: 72, height: 20 };

/** The difference so far as a line the size of a word; its numbers stand beside it. */
function Course({ paths }: { paths: Paths | undefined }) {
  const drawn = useMemo(() => paths?.life && courseOf(paths.life), [paths]);
  if (!drawn) return null;
  const { width, height } = COURSE;
  return (
    <svg class="course" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      <path class="zero" d={`M0 ${drawn.zero}H${width}`} />
      <polyline points={drawn.points} />
    </svg>
  );
}

/** Of a pixel. */
const inTenths = (x: number): number => Math.round(10 * x) / 10;

function courseOf({ row, rows, difference }: NonNullable<Paths["life"]>): { zero: number; points: string } {
  const low = Math.min(0, ...difference);
  const span = Math.max(0, ...difference) - low || 1;
  const y = (value: number) => inTenths(1 + (COURSE.height - 2) * (1 - (value - low) / span));
  const x = (at: number) => inTenths((COURSE.width * at) / rows);
  return { zero: y(0), points: difference.map((value, i) => `${x(row[i]!)},${y(value)}`).join(" ") };
}
