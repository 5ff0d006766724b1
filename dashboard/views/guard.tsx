import { useMemo } from "preact/hooks";
import { Chart } from "../chart.tsx";
import type { Watch } from "../client.ts";
import { begin, count, signed, when, words } from "../figures.ts";
import type { Line } from "../lines.ts";

const verdicts: Record<NonNullable<Watch["word"]>, string> = {
  watching: "Watching",
  market: "Market",
  model: "Model",
  unclear: "Unclear",
};

const tones: Record<NonNullable<Watch["word"]>, string> = {
  watching: "",
  market: "watch",
  model: "wrong",
  unclear: "watch",
};

/** What each verdict means for the money, in one line. */
const meanings: Record<NonNullable<Watch["word"]>, string> = {
  watching: "Nothing is decided: the champion is held against its promise and against the former champion.",
  market: "It fell short of its promise, and the market is to blame, not the model. Nothing is swapped.",
  model: "The champion fell and the former champion did not: the model.",
  unclear: "The champion fell, and neither it nor the market is clearly to blame: it is judged again at every signal.",
};

/** The guard as a race: what was promised, what the champion does, what its predecessor makes of the same signals. */
export function Guard({ watch }: { watch: Watch }) {
  const { guard, race } = watch;
  const begun = race !== null && race.trade.length > 0;
  const word = watch.word ? verdicts[watch.word] : guard?.status === "passed" ? "Passed" : null;
  return (
    <section aria-labelledby="guard">
      <h2 id="guard">Guard {word ? <span class={`word ${tones[watch.word ?? "watching"]}`}>{word}</span> : null}</h2>
      {guard ? (
        <>
          <div class="parts">
            {watch.word ? <p class="soft">{meanings[watch.word]}</p> : null}
            <p class="sentence">
              <bdi>{begin(guard.in_words)}</bdi>
            </p>
          </div>
          {begun && race ? <Race watch={watch} race={race} /> : null}
        </>
      ) : (
        <p class="soft empty">No promotion made this champion, so there is no promise to hold it to.</p>
      )}
    </section>
  );
}

type RaceAnswer = NonNullable<Watch["race"]>;

/** Both figures beside the promise: how the race stands now. */
function Standing({ watch, race }: { watch: Watch; race: RaceAnswer }) {
  const { reverse_shadow: beside } = watch;
  const trades = race.trade.length;
  const rows: [string, string | null, number | null | undefined][] = [
    ["Promised", "by its shadow", race.promise.at(-1)],
    ["Champion", watch.champion, race.champion.at(-1)],
    ["Former champion", race.former, race.former_champion.at(-1)],
  ];
  return (
    <>
      <dl class="standing">
        {rows.map(([name, model, total]) => (
          <div key={name}>
            <dt>
              {name} {model ? <bdi>{model}</bdi> : null}
            </dt>
            <dd>
              {signed(total)} <span class="soft">{signed(perTrade(total, trades))} a trade</span>
            </dd>
          </div>
        ))}
      </dl>
      <p class="soft">
        After {count(trades)} trades of {count(race.window)}.
        {beside
          ? ` On ${count(beside.pairs)} common signals the champion is ${signed(beside.total_difference)} against the former, ${signed(beside.mean_difference)} a signal.`
          : ""}
      </p>
    </>
  );
}

const perTrade = (total: number | null | undefined, trades: number): number | null =>
  total === null || total === undefined ? null : total / trades;

function Race({ watch, race }: { watch: Watch; race: RaceAnswer }) {
  const lines = useMemo(
    (): Line[] => [
      { label: "Promise", tone: "promise", values: race.promise, dash: true },
      { label: "Champion", tone: "champion", values: race.champion },
      ...(race.former ? [{ label: "Former champion", tone: "muted" as const, values: race.former_champion }] : []),
    ],
    [race],
  );
  return (
    <div class="beside">
      <div>
        <Standing watch={watch} race={race} />
        <Chart
          title={`After ${count(race.trade.length)} trades: promised ${signed(race.promise.at(-1))}, champion ${signed(race.champion.at(-1))}, former champion ${signed(race.former_champion.at(-1))}`}
          x={race.trade}
          lines={lines}
          xLabel="trades since the promotion"
          height={280}
          currency
        />
      </div>
      <div class="pair">
        {race.figures.map((figure) => (
          <Figure key={figure.figure} figure={figure} trade={race.trade} />
        ))}
      </div>
    </div>
  );
}

function Figure({ figure, trade }: { figure: RaceAnswer["figures"][number]; trade: readonly number[] }) {
  const { x, lines } = useMemo(() => {
    const drawn: Line[] = [
      { label: begin(words(figure.figure)), tone: "champion", values: figure.value },
      ...(figure.alert.some((value) => value !== null)
        ? [{ label: "Alert", tone: "promise" as const, values: figure.alert, dash: true }]
        : []),
      { label: "Rollback", tone: "boundary", values: figure.boundary, dash: true },
    ];
    return { x: trade.slice(0, figure.value.length), lines: drawn };
  }, [figure, trade]);
  return (
    <Chart
      title={`${begin(words(figure.figure))} against its boundary`}
      name={begin(words(figure.figure))}
      x={x}
      lines={lines}
      xLabel="trades"
      height={150}
    />
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
      <div class="beside">
        <div>
          <Judgement since={since} />
          <p class="soft">
            {since.pairs === 0
              ? "No common signal since then."
              : `${signed(since.quarantined.at(-1))} on paper since ${when(since.since)} UTC; the champion made ${signed(since.champion.at(-1))} of the same ${count(since.pairs)} signals.`}
          </p>
        </div>
        {since.pairs > 1 ? (
          <Chart
            title={`Since the rollback: champion ${signed(since.champion.at(-1))}, ${since.model_name} ${signed(since.quarantined.at(-1))}`}
            x={since.row}
            lines={lines}
            xLabel="common signals"
            height={200}
            currency
          />
        ) : null}
      </div>
    </section>
  );
}

/** Whether the rollback was right, once enough signals have come. */
function Judgement({ since }: { since: NonNullable<Watch["since_rollback"]> }) {
  const { judgement } = since;
  if (!judgement)
    return (
      <p class="soft">
        Not judged yet: the rollback is judged after {count(since.judged_after)} signals of the restored champion.
      </p>
    );
  const word = judgement.harmful === null ? "Cannot be said" : judgement.harmful ? "It cost money" : "It was right";
  return (
    <p class="sentence">
      <span class="word">{word}</span> <bdi>{begin(judgement.in_words)}</bdi>
    </p>
  );
}
