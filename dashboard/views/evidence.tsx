import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { Chart } from "../chart.tsx";
import type { Paths, Step } from "../client.ts";
import { begin, count, decimal, score, signed, when, words } from "../figures.ts";
import type { Line } from "../lines.ts";
import { Tabs } from "../tabs.tsx";

/** The picture that explains a decision: the proof growing against its boundary, and the same life in money. */
export function Evidence({ paths }: { paths: Paths }) {
  const [tab, setTab] = useState("proof");
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">
        Evidence: <bdi>{paths.challenger}</bdi> <span class="soft">against</span> <bdi>{paths.champion}</bdi>
      </h2>
      <div class="bar">
        <Tabs
          name="Evidence"
          tabs={[
            { id: "proof", label: "Proof" },
            { id: "money", label: "Money" },
          ]}
          chosen={tab}
          onChoose={setTab}
        />
      </div>
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
  // The latest look is what was decided; what stands between looks decides nothing.
  const index = shown ?? Math.max(0, paths.looks.length - 1);
  const step = steps[index] ?? steps.at(-1)!;
  return (
    <>
      <label class="inline shown">
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
      <ProofChart steps={steps} view={view} onShow={setShown} paths={paths} />
      <Dossier
        step={step}
        sentence={shown === null && (paths.ended || step.provisional) ? paths.in_words : step.reason}
      >
        {steps.length > 1 ? (
          <label class="inline looks">
            Look{" "}
            <input
              type="range"
              min={0}
              max={steps.length - 1}
              value={index}
              aria-valuetext={`${count(step.n)} signals`}
              onInput={(event) => setShown(Number(event.currentTarget.value))}
            />
          </label>
        ) : null}
      </Dossier>
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
  onShow(index: number): void;
  paths: Paths;
}) {
  const { route, scale } = o.view;
  const { steps, paths } = o;
  const { x, lines, z, boundary } = useMemo(
    () => proofLines(steps, { route, scale }, paths),
    [steps, paths, route, scale],
  );
  const n = steps.at(-1)?.n;
  const marked = useMemo(() => markedOf(paths), [paths]);
  return (
    <Chart
      title={`Evidence of ${paths.challenger} over ${count(n)} common signals: z ${decimal(z)}, boundary ${decimal(boundary)}`}
      x={x}
      lines={lines}
      xLabel="common signals"
      height={paths.looks.length === 0 ? 240 : 340}
      fromZero
      region={{ above: lines.length - 1, label: "Above the boundary: proved" }}
      zoom
      marked={marked}
      onPoint={(index) => index !== null && paths.looks.length > 0 && o.onShow(index)}
    />
  );
}

/** The first look that approved; before any look, the one that comes. */
function markedOf({ looks, next_look }: Paths): { x: number; label: string } | null {
  const crossing = looks.find((s) => s.verdict === "approve");
  if (crossing) return { x: crossing.n, label: `approved at ${count(crossing.n)}` };
  return looks.length === 0 && next_look !== null ? { x: next_look, label: `first look at ${count(next_look)}` } : null;
}

/** Looks are points on a line; what stands between looks is joined to them by a dashed one. */
function proofLines(steps: readonly Step[], view: { route: string; scale: string }, paths: Paths) {
  const at = (step: Step) => scaleOf(step, view);
  const z = steps.map((s) => at(s)?.z ?? null);
  const boundary = steps.map((s) => at(s)?.boundary ?? null);
  const rows = steps.map((s) => s.n);
  const looks = paths.looks.length;
  // Up to the first look the boundary is level: one point alone would show neither where it leads nor what it must reach.
  const first = looks === 0 && paths.next_look !== null && paths.next_look > rows[0]!;
  const whole = <T,>(before: T, values: readonly T[], after: T) => (first ? [before, ...values, after] : [...values]);
  const lines: Line[] = [
    {
      label: "Evidence (z) at each look",
      tone: "difference",
      values: whole(
        null,
        z.map((value, i) => (i < looks ? value : null)),
        null,
      ),
      points: true,
    },
    {
      label: looks === 0 ? "Evidence (z) now, provisional" : "since then, provisional",
      tone: "difference",
      values: whole(
        null,
        z.map((value, i) => (i >= looks - 1 && steps.length > looks ? value : null)),
        null,
      ),
      dash: true,
      points: looks === 0,
      width: 1.5,
    },
    {
      label: "Boundary: promotion is the crossing",
      tone: "boundary",
      values: whole(boundary[0] ?? null, boundary, boundary[0] ?? null),
      dash: true,
    },
  ];
  return { x: whole(0, rows, paths.next_look ?? 0), lines, z: z.at(-1), boundary: boundary.at(-1) };
}

const verdicts: Record<Step["verdict"], { word: string; tone: string }> = {
  approve: { word: "Approved", tone: "good" },
  "manual-review": { word: "A person decides", tone: "watch" },
  reject: { word: "Worse so far", tone: "" },
  "not-yet": { word: "Not yet", tone: "" },
  "no-data": { word: "No data", tone: "watch" },
  retire: { word: "Retired", tone: "" },
};

/** The sentence of one look's decision, with all of its numbers. */
function Dossier(o: { step: Step; sentence: string; children: ComponentChildren }) {
  const { step } = o;
  const { word, tone } = verdicts[step.verdict];
  return (
    <div class="decision">
      <div>
        <p class="head">
          <strong>
            {step.provisional ? "Now" : "Look"} at {count(step.n)} signals
          </strong>{" "}
          <span class={`word ${tone}`}>{word}</span>{" "}
          <span class="fine">
            score {score(step.score)} · {when(step.at)} UTC{step.provisional ? " · provisional, decides nothing" : ""}
          </span>
        </p>
        <p class="sentence">
          <bdi>{o.sentence}</bdi>
        </p>
        {o.children}
      </div>
      <Scales step={step} />
    </div>
  );
}

/** Every route on every scale against what it must reach; a route is proved when all of its scales are. */
function Scales({ step }: { step: Step }) {
  const scales = step.routes[0]?.scales.map((s) => s.scale) ?? [];
  return (
    <table class="scales">
      <thead>
        <tr>
          <th scope="col">z of boundary</th>
          {scales.map((name) => (
            <th scope="col" class="number" key={name}>
              {begin(scaleNames[name] ?? words(name))}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {step.routes.map((r) => (
          <tr key={r.route}>
            <th scope="row">{routeNames[r.route] ?? words(r.route)}</th>
            {r.scales.map((s) => (
              <td class="number" key={s.scale}>
                <span class={s.clears ? "reached" : ""}>
                  {decimal(s.z)}
                  <span class="unseen">{s.clears ? ", reached" : ", not reached"}</span>
                </span>{" "}
                <span class="soft">of {decimal(s.boundary)}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Money({ paths }: { paths: Paths }) {
  const { life, looks, present, champion, challenger } = paths;
  const drawn = useMemo(() => life && moneyLines(life, present ? [...looks, present] : looks), [life, looks, present]);
  if (!life || !drawn) return <p class="soft empty">No common signal yet.</p>;
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
          x={life.row}
          lines={drawn.equity}
          xLabel="common signals"
          height={220}
          currency
          zoom
        />
        <Chart
          title="Distance of both below their highest point so far"
          name="Drawdown"
          x={life.row}
          lines={drawn.drawdown}
          xLabel="common signals"
          height={220}
          currency
          zoom
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
