import { useMemo } from "preact/hooks";
import { Chart, type Line } from "../chart.tsx";
import type { Watch } from "../client.ts";
import { count, signed, when, words } from "../figures.ts";

const verdicts: Record<NonNullable<Watch["word"]>, string> = {
  watching: "Watching",
  market: "Market",
  model: "Model",
  unclear: "Unclear",
};

/** The guard as a race: what was promised, what the champion does, what its predecessor makes of the same signals. */
export function Guard({ watch }: { watch: Watch }) {
  const { guard, race, reverse_shadow: beside } = watch;
  return (
    <section aria-labelledby="guard">
      <h2 id="guard">Guard {watch.word ? <span class="word">{verdicts[watch.word]}</span> : null}</h2>
      {guard ? (
        <>
          <p class="sentence">
            <bdi>{guard.in_words}</bdi>
          </p>
          {beside ? (
            <p class="soft">
              Against <bdi>{beside.former}</bdi> on {count(beside.pairs)} common signals:{" "}
              {signed(beside.mean_difference)} a signal, {signed(beside.total_difference)} in all.
            </p>
          ) : null}
          {race && race.trade.length > 0 ? <Race race={race} /> : null}
        </>
      ) : (
        <p class="soft empty">No promotion made this champion, so there is no promise to hold it to.</p>
      )}
    </section>
  );
}

function Race({ race }: { race: NonNullable<Watch["race"]> }) {
  const lines = useMemo(
    (): Line[] => [
      { label: "Promise", tone: "promise", values: race.promise, dash: true },
      { label: "Champion", tone: "champion", values: race.champion },
      ...(race.former ? [{ label: "Former champion", tone: "muted" as const, values: race.former_champion }] : []),
    ],
    [race],
  );
  return (
    <>
      <Chart
        title={`After ${count(race.trade.length)} trades: promised ${signed(race.promise.at(-1))}, champion ${signed(race.champion.at(-1))}, former champion ${signed(race.former_champion.at(-1))}`}
        x={race.trade}
        lines={lines}
        xLabel="trades since the promotion"
      />
      <div class="pair">
        {race.figures.map((figure) => (
          <Figure key={figure.figure} figure={figure} trade={race.trade} />
        ))}
      </div>
    </>
  );
}

function Figure(o: { figure: NonNullable<Watch["race"]>["figures"][number]; trade: readonly number[] }) {
  const { figure, trade } = o;
  const { x, lines } = useMemo(() => {
    const drawn: Line[] = [
      { label: words(figure.figure), tone: "champion", values: figure.value },
      ...(figure.alert.some((value) => value !== null)
        ? [{ label: "Alert", tone: "promise" as const, values: figure.alert, dash: true }]
        : []),
      { label: "Rollback", tone: "boundary", values: figure.boundary, dash: true },
    ];
    return { x: trade.slice(0, figure.value.length), lines: drawn };
  }, [figure, trade]);
  return (
    <div>
      <Chart title={`${words(figure.figure)} against its boundary`} x={x} lines={lines} xLabel="trades" height={170} />
    </div>
  );
}

/** What the model of the latest rollback goes on doing on paper. */
export function SinceRollback({ since }: { since: NonNullable<Watch["since_rollback"]> }) {
  const lines = useMemo(
    (): Line[] => [
      { label: "Champion", tone: "champion", values: since.champion },
      { label: "Rolled back", tone: "challenger", values: since.quarantined },
    ],
    [since],
  );
  return (
    <section aria-labelledby="since">
      <h2 id="since">
        Since the rollback: <bdi>{since.model_name}</bdi>
      </h2>
      <p class="soft">
        {since.pairs === 0
          ? "No common signal since then."
          : `${signed(since.quarantined.at(-1))} on paper since ${when(since.since)} UTC; the champion made ${signed(since.champion.at(-1))} of the same ${count(since.pairs)} signals.`}
      </p>
      {since.pairs > 1 ? (
        <Chart
          title={`Since the rollback: champion ${signed(since.champion.at(-1))}, ${since.model_name} ${signed(since.quarantined.at(-1))}`}
          x={since.row}
          lines={lines}
          xLabel="common signals"
          height={200}
        />
      ) : null}
    </section>
  );
}
