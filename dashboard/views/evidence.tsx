import { useMemo, useState } from "preact/hooks";
import { Chart, type Line } from "../chart.tsx";
import type { Paths, Step } from "../client.ts";
import { count, decimal, score, signed, when, words } from "../figures.ts";
import { Tabs } from "../tabs.tsx";

/** The picture that explains a decision: the proof growing against its boundary, and the same life in money. */
export function Evidence({ paths }: { paths: Paths }) {
  const [tab, setTab] = useState("proof");
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">
        Evidence: <bdi>{paths.challenger}</bdi> <span class="soft">against</span> <bdi>{paths.champion}</bdi>
      </h2>
      <p class="sentence">
        <bdi>{paths.in_words}</bdi>
      </p>
      <Tabs
        name="Evidence"
        tabs={[
          { id: "proof", label: "Proof" },
          { id: "money", label: "Money" },
        ]}
        chosen={tab}
        onChoose={setTab}
      />
      <div role="tabpanel" id="panel-Evidence" aria-labelledby={`tab-${tab}`}>
        {tab === "proof" ? <Proof paths={paths} /> : <Money paths={paths} />}
      </div>
    </section>
  );
}

const scaleNames: Record<string, string> = { hac: "row by row", blocks: "in blocks", tenths: "in ten parts" };
const routeNames: Record<string, string> = { mean: "Mean PnL", sharpe: "Sharpe ratio" };
const labelOf = (o: { route: string; scale: string }) =>
  `${routeNames[o.route] ?? words(o.route)}, ${scaleNames[o.scale] ?? words(o.scale)}`;

function Proof({ paths }: { paths: Paths }) {
  const steps = useMemo(() => [...paths.looks, ...(paths.present ? [paths.present] : [])], [paths]);
  const options = (steps[0]?.routes ?? []).flatMap((r) => r.scales.map((s) => ({ route: r.route, scale: s.scale })));
  const [picked, setPicked] = useState<string | null>(null);
  const [shown, setShown] = useState<number | null>(null);
  const view = options.find((o) => labelOf(o) === picked) ?? measured(paths, steps) ?? options[0];
  if (!view || steps.length === 0 || paths.life === null)
    return <p class="soft empty">No common signal yet: both models must answer the same signal first.</p>;
  const index = shown ?? steps.length - 1;
  return (
    <>
      <label class="inline">
        Shown{" "}
        <select value={labelOf(view)} onChange={(event) => setPicked(event.currentTarget.value)}>
          {options.map((o) => (
            <option key={labelOf(o)} value={labelOf(o)}>
              {labelOf(o)}
              {paths.decides?.route === o.route && paths.decides.scale === o.scale ? " (decides)" : ""}
            </option>
          ))}
        </select>
      </label>
      <ProofChart steps={steps} view={view} shown={index} onShow={setShown} paths={paths} />
      {steps.length > 1 ? (
        <label class="inline looks">
          Look{" "}
          <input
            type="range"
            min={0}
            max={steps.length - 1}
            value={index}
            aria-valuetext={`${count(steps[index]!.n)} signals`}
            onInput={(event) => setShown(Number(event.currentTarget.value))}
          />
        </label>
      ) : null}
      <Dossier step={steps[index]!} />
    </>
  );
}

/** What decides; before there are blocks enough for its scale, one that says something already. */
function measured(paths: Paths, steps: readonly Step[]): { route: string; scale: string } | null {
  const isMeasured = (o: { route: string; scale: string }) =>
    steps.some((step) => typeof scaleOf(step, o)?.z === "number");
  if (paths.decides && isMeasured(paths.decides)) return paths.decides;
  const all = (steps.at(-1)?.routes ?? []).flatMap((r) => r.scales.map((s) => ({ route: r.route, scale: s.scale })));
  return all.find(isMeasured) ?? paths.decides;
}

const scaleOf = (step: Step, o: { route: string; scale: string }) =>
  step.routes.find((r) => r.route === o.route)?.scales.find((s) => s.scale === o.scale);

function ProofChart(o: {
  steps: readonly Step[];
  view: { route: string; scale: string };
  shown: number;
  onShow(index: number): void;
  paths: Paths;
}) {
  const { route, scale } = o.view;
  const { x, lines, z, boundary, n } = useMemo(() => {
    const at = (step: Step) => scaleOf(step, { route, scale });
    const z = o.steps.map((s) => at(s)?.z ?? null);
    const boundary = o.steps.map((s) => at(s)?.boundary ?? null);
    const rows = o.steps.map((s) => s.n);
    // Up to the first look the boundary is level: one point alone would show neither where it leads nor what it must reach.
    const first = o.paths.looks.length === 0 && o.paths.next_look !== null && o.paths.next_look > rows[0]!;
    const whole = <T,>(before: T, values: readonly T[], after: T) => (first ? [before, ...values, after] : [...values]);
    const drawn: Line[] = [
      { label: "Evidence (z)", tone: "difference", values: whole(null, z, null), points: true },
      {
        label: "Boundary: promotion is the crossing",
        tone: "boundary",
        values: whole(boundary[0] ?? null, boundary, boundary[0] ?? null),
        dash: true,
      },
    ];
    return {
      x: whole(0, rows, o.paths.next_look ?? 0),
      lines: drawn,
      z: z.at(-1),
      boundary: boundary.at(-1),
      n: rows.at(-1),
    };
  }, [o.steps, o.paths, route, scale]);
  const crossing = o.steps.find((s) => !s.provisional && s.verdict === "approve");
  return (
    <>
      <Chart
        title={`Evidence of ${o.paths.challenger} over ${count(n)} common signals: z ${decimal(z)}, boundary ${decimal(boundary)}`}
        x={x}
        lines={lines}
        xLabel="common signals"
        height={300}
        fromZero
        zoom
        marked={crossing?.n ?? null}
        onPoint={(index) => index !== null && o.paths.looks.length > 0 && o.onShow(index)}
      />
      {crossing ? <p class="soft">Dotted: the look at {count(crossing.n)} signals approved the promotion.</p> : null}
      {o.paths.looks.length === 0 ? (
        <p class="soft">
          No look yet: the point is provisional, the first look is at {count(o.paths.next_look)} signals.
        </p>
      ) : null}
    </>
  );
}

/** What one look said, with all of its numbers. */
function Dossier({ step }: { step: Step }) {
  return (
    <div class="dossier">
      <p>
        <strong>
          {step.provisional ? "Now" : "Look"} at {count(step.n)} signals
        </strong>{" "}
        <span class="soft">
          {when(step.at)} UTC · {words(step.verdict)} · score {score(step.score)}
          {step.provisional ? " · provisional, decides nothing" : ""}
        </span>
      </p>
      <p>
        <bdi>{step.reason}</bdi>
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Route and scale</th>
            <th scope="col" class="number">
              z
            </th>
            <th scope="col" class="number">
              Boundary
            </th>
            <th scope="col">Reached</th>
          </tr>
        </thead>
        <tbody>
          {step.routes.flatMap((r) =>
            r.scales.map((s) => (
              <tr key={`${r.route} ${s.scale}`}>
                <th scope="row">{labelOf({ route: r.route, scale: s.scale })}</th>
                <td class="number">{decimal(s.z)}</td>
                <td class="number">{decimal(s.boundary)}</td>
                <td>{s.clears ? "yes" : "not yet"}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </div>
  );
}

function Money({ paths }: { paths: Paths }) {
  const { life, looks, champion, challenger } = paths;
  const drawn = useMemo(() => life && moneyLines(life, looks), [life, looks]);
  if (!life || !drawn) return <p class="soft empty">No common signal yet.</p>;
  return (
    <>
      <h3>Challenger minus champion, added up</h3>
      <Chart
        title={`Cumulative difference ${signed(life.difference.at(-1))} after ${count(life.rows)} common signals`}
        x={drawn.x}
        lines={drawn.difference}
        xLabel="common signals"
        currency
        zoom
      />
      <h3>Both on the same signals</h3>
      <Chart
        title={`${challenger} ${signed(life.challenger.at(-1))}, ${champion} ${signed(life.champion.at(-1))}`}
        x={life.row}
        lines={drawn.equity}
        xLabel="common signals"
        currency
        zoom
      />
      <h3>Drawdown</h3>
      <Chart
        title="Distance of both below their highest point so far"
        x={life.row}
        lines={drawn.drawdown}
        xLabel="common signals"
        height={180}
        currency
        zoom
      />
    </>
  );
}

/** The interval exists at looks only; it is drawn between them as a band, and carried on the rows that are kept. */
function moneyLines(life: NonNullable<Paths["life"]>, looks: readonly Step[]) {
  const rows = new Map(life.row.map((row, i) => [row, life.difference[i]!]));
  const bounds = new Map(looks.map((look) => [look.n, look.total]));
  const x = [...new Set([...rows.keys(), ...[...bounds.keys()].filter((n) => n <= life.rows)])].sort((a, b) => a - b);
  const bound = (side: "low" | "high") => x.map((n) => bounds.get(n)?.[side] ?? null);
  const difference: Line[] = [
    { label: "", tone: "difference", values: bound("high"), width: 1 },
    { label: "Interval at each look", tone: "difference", values: bound("low"), width: 1, bandWithPrevious: true },
    { label: "Difference", tone: "difference", values: x.map((n) => rows.get(n) ?? bounds.get(n)?.value ?? null) },
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
