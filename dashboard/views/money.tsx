import { useMemo } from "preact/hooks";
import { Chart } from "../chart.tsx";
import type { Paths, Step } from "../client.ts";
import { count, signed } from "../figures.ts";
import type { Line } from "../lines.ts";

/** The same life in money: the difference added up with its interval, both models on the same signals, their drawdowns. */
export function Money({ paths }: { paths: Paths }) {
  const { life, looks, present, champion, challenger } = paths;
  const drawn = useMemo(() => life && moneyLines(life, present ? [...looks, present] : looks), [life, looks, present]);
  if (!life || !drawn) return <p class="soft empty">No common signal yet.</p>;
  const beside = { x: life.row, xLabel: "common signals", height: 220, currency: true, zoom: true };
  return (
    <>
      <h3>Challenger minus champion, added up</h3>
      <Chart
        title={`Cumulative difference ${signed(life.difference.at(-1))} after ${count(life.rows)} common signals`}
        x={drawn.x}
        lines={drawn.difference}
        xLabel="common signals"
        height={300}
        currency
        zoom
      />
      <p class="sentence">
        <bdi>{paths.in_words}</bdi>
      </p>
      <div class="pair">
        <Chart
          title={`${challenger} ${signed(life.challenger.at(-1))}, ${champion} ${signed(life.champion.at(-1))}`}
          name="Both on the same signals"
          lines={drawn.equity}
          {...beside}
        />
        <Chart
          title="Distance of both below their highest point so far"
          name="Drawdown"
          lines={drawn.drawdown}
          {...beside}
        />
      </div>
    </>
  );
}

/** More intervals than this would stand in each other's way: then the band between them says it. */
const WHISKERS_MAX = 24;

/** The interval exists at looks and at this moment only; it is drawn between them as a band, and carried on the rows that are kept. */
function moneyLines(life: NonNullable<Paths["life"]>, steps: readonly Step[]) {
  const rows = new Map(life.row.map((row, i) => [row, life.difference[i]!]));
  const bounds = new Map(steps.map((step) => [step.n, step.total]));
  const x = [...new Set([...rows.keys(), ...[...bounds.keys()].filter((n) => n <= life.rows)])].sort((a, b) => a - b);
  const bound = (side: "low" | "high") => x.map((n) => bounds.get(n)?.[side] ?? null);
  const difference: Line[] = [
    { label: "Difference", tone: "difference", values: x.map((n) => rows.get(n) ?? bounds.get(n)?.value ?? null) },
    { label: "", tone: "difference", values: bound("high"), width: 0 },
    {
      label: "Interval, as wide as the boundary asks",
      tone: "difference",
      values: bound("low"),
      width: 0,
      bandWithPrevious: true,
      whiskers: bounds.size <= WHISKERS_MAX,
    },
  ];
  return {
    x,
    difference,
    equity: bothModels(life.champion, life.challenger),
    drawdown: bothModels(life.champion_drawdown, life.challenger_drawdown),
  };
}

function bothModels(champion: readonly number[], challenger: readonly number[]): Line[] {
  return [
    { label: "Champion", tone: "champion", values: champion },
    { label: "Challenger", tone: "challenger", values: challenger },
  ];
}
