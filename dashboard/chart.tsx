import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { axisFigure } from "./figures.ts";

/** A line chart of the page: colours come from the style sheet, so that light and dark are one setting. */

export type Tone = "champion" | "challenger" | "difference" | "boundary" | "promise" | "muted" | "alert";

export type Line = {
  label: string;
  tone: Tone;
  values: readonly (number | null)[];
  dash?: boolean;
  points?: boolean;
  /** fills between this line and the one before it, which lies above */
  bandWithPrevious?: boolean;
  bars?: boolean;
  width?: number;
};

export type ChartProps = {
  /** what a person who cannot see it is given instead */
  title: string;
  x: readonly number[];
  lines: readonly Line[];
  xLabel: string;
  height?: number;
  /** values are shares of one */
  percent?: boolean;
  /** a point of x that is marked */
  marked?: number | null;
  /** the pointer stands nearest to this index; null: it left */
  onPoint?: (index: number | null) => void;
};

export function Chart(props: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const { x, lines, marked = null } = props;
  useEffect(() => {
    const place = holder.current;
    if (!place) return;
    const begin = () =>
      draw(place, { ...latest.current, x, lines, marked }, (index) => latest.current.onPoint?.(index));
    let plot = begin();
    const redraw = () => {
      plot.destroy();
      plot = begin();
    };
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", redraw);
    const resized = new ResizeObserver(() => {
      const width = place.clientWidth;
      if (width > 0 && width !== plot.width) plot.setSize({ width, height: heightOf(latest.current) });
    });
    resized.observe(place);
    return () => {
      scheme.removeEventListener("change", redraw);
      resized.disconnect();
      plot.destroy();
    };
  }, [x, lines, marked]);
  return (
    <figure class="chart">
      <ul class="legend" aria-hidden="true">
        {props.lines
          .filter((line) => line.label !== "")
          .map((line) => (
            <li key={line.label} class={`key ${line.tone}${line.dash ? " dash" : ""}`}>
              {line.label}
            </li>
          ))}
      </ul>
      <div ref={holder} class="canvas" role="img" aria-label={props.title} />
    </figure>
  );
}

const heightOf = (props: ChartProps): number => props.height ?? 260;

function draw(place: HTMLElement, props: ChartProps, onPoint: (index: number | null) => void): uPlot {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const { percent = false } = props;
  const axis = {
    stroke: colour("soft"),
    grid: { stroke: colour("grid"), width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  };
  const options: uPlot.Options = {
    width: Math.max(place.clientWidth, 200),
    height: heightOf(props),
    scales: { x: { time: false } },
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    series: [{}, ...props.lines.map((line) => seriesOf(line, colour))],
    bands: props.lines.flatMap((line, i) =>
      line.bandWithPrevious ? [{ series: [i, i + 1] as [number, number], fill: colour(`${line.tone}-band`) }] : [],
    ),
    axes: [
      { ...axis, label: props.xLabel, labelSize: 20, labelFont: axis.font, size: 34 },
      { ...axis, size: 64, values: (_plot, ticks) => ticks.map((x) => axisFigure(x, { percent })) },
    ],
    hooks: {
      setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)],
      draw: [(plot) => drawMarks(plot, props.marked ?? null, colour)],
    },
  };
  return new uPlot(options, [props.x, ...props.lines.map((l) => l.values)] as uPlot.AlignedData, place);
}

function seriesOf(line: Line, colour: (name: string) => string): uPlot.Series {
  return {
    label: line.label,
    stroke: colour(line.tone),
    width: line.width ?? (line.bandWithPrevious || line.tone === "boundary" ? 1.25 : 2),
    spanGaps: true,
    points: { show: line.points ?? false, size: 7, fill: colour("surface"), stroke: colour(line.tone), width: 2 },
    ...(line.dash ? { dash: [6, 4] } : {}),
    ...(line.bars && uPlot.paths.bars
      ? { paths: uPlot.paths.bars({ size: [0.95, 60] }), fill: colour(line.tone), width: 0 }
      : {}),
  };
}

/** The zero line, and the marked point of x. */
function drawMarks(plot: uPlot, marked: number | null, colour: (name: string) => string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([]);
  const zero = plot.valToPos(0, "y", true);
  if (zero >= bbox.top && zero <= bbox.top + bbox.height) {
    ctx.strokeStyle = colour("soft");
    line(ctx, [bbox.left, zero], [bbox.left + bbox.width, zero]);
  }
  if (marked !== null) {
    const x = plot.valToPos(marked, "x", true);
    ctx.strokeStyle = colour("ink");
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    line(ctx, [x, bbox.top], [x, bbox.top + bbox.height]);
  }
  ctx.restore();
}

function line(ctx: CanvasRenderingContext2D, from: [number, number], to: [number, number]): void {
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
}
