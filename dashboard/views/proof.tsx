import { useMemo, useState } from "preact/hooks";
import { Chart } from "../chart.tsx";
import type { Paths, Step } from "../client.ts";
import { count, decimal, words } from "../figures.ts";
import type { Line } from "../lines.ts";
import { Dossier, routeNames, scaleNames } from "./dossier.tsx";

/** The proof: z of one route on one scale over common signals, growing against its boundary. */

const labelOf = ({ route, scale }: { route: string; scale: string }) =>
  `${routeNames[route] ?? words(route)}, ${scaleNames[scale] ?? words(scale)}`;

export function Proof({ paths }: { paths: Paths }) {
  const steps = useMemo(() => [...paths.looks, ...(paths.present ? [paths.present] : [])], [paths]);
  const options = viewsOf(steps[0]);
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
  const isMeasured = (view: { route: string; scale: string }) =>
    steps.some((step) => typeof scaleOf(step, view)?.z === "number");
  if (paths.decides && isMeasured(paths.decides)) return paths.decides;
  return viewsOf(steps.at(-1)).find(isMeasured) ?? paths.decides;
}

const viewsOf = (step: Step | undefined) =>
  (step?.routes ?? []).flatMap((r) => r.scales.map((s) => ({ route: r.route, scale: s.scale })));

const scaleOf = (step: Step, { route, scale }: { route: string; scale: string }) =>
  step.routes.find((r) => r.route === route)?.scales.find((s) => s.scale === scale);

function ProofChart({
  steps,
  paths,
  view,
  onShow,
}: {
  steps: readonly Step[];
  view: { route: string; scale: string };
  onShow(index: number): void;
  paths: Paths;
}) {
  const { route, scale } = view;
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
      onPoint={(index) => index !== null && paths.looks.length > 0 && onShow(Math.min(index, steps.length - 1))}
    />
  );
}

/** The first look that approved; until there is one, the look that comes. */
function markedOf({ looks, next_look }: Paths): { x: number; label: string } | null {
  const crossing = looks.find((s) => s.verdict === "approve");
  if (crossing) return { x: crossing.n, label: `approved at ${count(crossing.n)}` };
  const name = looks.length === 0 ? "first" : "next";
  return next_look === null ? null : { x: next_look, label: `${name} look at ${count(next_look)}` };
}

/** Looks are points on a line; what stands between looks is joined to them by a dashed one. */
function proofLines(steps: readonly Step[], view: { route: string; scale: string }, paths: Paths) {
  const at = (step: Step) => scaleOf(step, view);
  const z = steps.map((s) => at(s)?.z ?? null);
  const boundary = steps.map((s) => at(s)?.boundary ?? null);
  const rows = steps.map((s) => s.n);
  const looks = paths.looks.length;
  const next = paths.next_look !== null && paths.next_look > rows.at(-1)! ? paths.next_look : null;
  // Up to the first look the boundary is level; from now to the next one it grows by less than the line is wide.
  const whole = <T,>(before: T, values: readonly T[], after: T): T[] => [
    ...(looks === 0 ? [before] : []),
    ...values,
    ...(next === null ? [] : [after]),
  ];
  const only = (wanted: (index: number) => boolean) =>
    whole(
      null,
      z.map((value, i) => (wanted(i) ? value : null)),
      null,
    );
  const lines: Line[] = [
    { label: "Evidence (z) at each look", tone: "difference", values: only((i) => i < looks), points: true },
    {
      label: looks === 0 ? "Evidence (z) now, provisional" : "since then, provisional",
      tone: "difference",
      values: only((i) => i >= looks - 1 && steps.length > looks),
      dash: true,
      points: true,
      width: 1.5,
    },
    {
      label: "Boundary: promotion is the crossing",
      tone: "boundary",
      values: whole(boundary[0] ?? null, boundary, boundary.at(-1) ?? null),
      dash: true,
    },
  ];
  return { x: whole(0, rows, next ?? 0), lines, z: z.at(-1), boundary: boundary.at(-1) };
}
