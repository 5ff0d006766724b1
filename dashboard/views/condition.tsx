import { useMemo } from "preact/hooks";
import { Chart } from "../chart.tsx";
import type { Watch } from "../client.ts";
import { count, decimal, percent, signed, words } from "../figures.ts";
import type { Line } from "../lines.ts";

/** The champion's condition: degradation charts, rolling figures with the band of chance, and how its trades are spread. */
export function Condition({ watch }: { watch: Watch }) {
  const { charts, recent } = watch;
  return (
    <section aria-labelledby="condition">
      <h2 id="condition">Champion's condition</h2>
      {recent ? <Recent recent={recent} /> : null}
      {charts ? (
        <>
          <h3>Degradation</h3>
          <p class="soft">
            Over {count(watch.monitor?.trades)} trades under watch
            {charts.complete ? "" : " (the newest 5,000 are drawn)"}. A line that crosses its limit alerts people; it
            changes no role.
          </p>
          <div class="pair">
            {charts.charts.map((chart) => (
              <Degradation key={chart.chart} chart={chart} />
            ))}
          </div>
        </>
      ) : (
        <p class="soft empty">No degradation chart yet: the champion must first have trades to be measured against.</p>
      )}
    </section>
  );
}

type DegradationChart = NonNullable<Watch["charts"]>["charts"][number];

const chartNames: Record<string, string> = {
  cusum_win: "Win rate shortfall",
  cusum_pnl: "PnL shortfall",
  ewma_win: "Win rate, newest weigh most",
  cusum_pair: "Shortfall against the former",
};

function Degradation({ chart }: { chart: DegradationChart }) {
  const name = chartNames[chart.chart] ?? words(chart.chart);
  const lines = useMemo(
    (): Line[] => [
      { label: name, tone: "champion", values: chart.value },
      { label: "Limit", tone: "boundary", values: chart.value.map(() => chart.limit), dash: true },
    ],
    [chart, name],
  );
  return (
    <Chart
      title={`${name} ${decimal(chart.value.at(-1))}, limit ${decimal(chart.limit)}`}
      name={name}
      x={chart.at}
      lines={lines}
      xLabel={chart.counts === "pairs" ? "common signals" : "trades under watch"}
      height={150}
    />
  );
}

function Recent({ recent }: { recent: NonNullable<Watch["recent"]> }) {
  const drawn = useMemo(() => linesOf(recent), [recent]);
  const rolled = recent.rolling.trade.length > 1;
  return (
    <>
      <div class="pair newest">
        {recent.trade.length > 1 ? (
          <Chart
            title={`Money of the newest ${count(recent.trades)} trades ${signed(recent.equity.at(-1))}, deepest drawdown ${signed(Math.min(...recent.drawdown))}`}
            name="Money and drawdown"
            x={recent.trade}
            lines={drawn.money}
            xLabel={`newest ${count(recent.trades)} trades`}
            height={200}
            currency
            zoom
          />
        ) : null}
        {drawn.bins.length > 1 ? (
          <Chart
            title={`Distribution of PnL over ${recent.trades} trades`}
            name="Trades by their PnL"
            x={drawn.bins}
            lines={drawn.distribution}
            xLabel="PnL of a trade"
            height={200}
          />
        ) : null}
        {rolled ? (
          <Chart
            title={`Win rate of the newest ${recent.window} trades ${percent(recent.rolling.win_rate.at(-1))}`}
            name="Win rate"
            x={recent.rolling.trade}
            lines={drawn.winRate}
            xLabel={`trades; each point is ${recent.window} of them`}
            height={180}
            percent
          />
        ) : null}
        {rolled ? (
          <Chart
            title={`Sharpe ratio of the newest ${recent.window} trades ${decimal(recent.rolling.sharpe.at(-1))}`}
            name="Sharpe ratio"
            x={recent.rolling.trade}
            lines={drawn.sharpe}
            xLabel={`trades; each point is ${recent.window} of them`}
            height={180}
          />
        ) : null}
      </div>
      <Spread spread={recent.spread} />
    </>
  );
}

/** How much of the mean rests on few trades. */
function Spread({ spread }: { spread: NonNullable<Watch["recent"]>["spread"] }) {
  const rows: [string, number][] = [
    ["Mean a trade", spread.mean],
    ["Without the best 1 %", spread.mean_without_best],
    ["Best trade", spread.best],
    ["Worst trade", spread.worst],
  ];
  return (
    <dl class="report">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{signed(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function linesOf(recent: NonNullable<Watch["recent"]>) {
  const { rolling, distribution } = recent;
  return {
    money: [
      { label: "Money", tone: "champion", values: recent.equity },
      { label: "Drawdown", tone: "muted", values: recent.drawdown, width: 1.25 },
    ] satisfies Line[],
    winRate: banded("Win rate", rolling.win_rate, rolling.win_rate_band),
    sharpe: banded("Sharpe ratio", rolling.sharpe, rolling.sharpe_band),
    bins: distribution.counts.map((_, i) => distribution.from + (i + 0.5) * distribution.width),
    distribution: [{ label: "Trades", tone: "champion", values: distribution.counts, bars: true }] satisfies Line[],
  };
}

function banded(label: string, values: readonly number[], band: readonly [number, number] | null): Line[] {
  const flat = (x: number) => values.map(() => x);
  return [
    { label, tone: "champion" as const, values },
    ...(band
      ? [
          { label: "", tone: "muted" as const, values: flat(band[1]), width: 0 },
          {
            label: "Where chance alone leaves 95 %",
            tone: "muted" as const,
            values: flat(band[0]),
            width: 0,
            bandWithPrevious: true,
          },
        ]
      : []),
  ];
}
