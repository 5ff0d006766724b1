import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { axisFigure, count, decimal, money, percent as percentText } from "./figures.ts";

/** A line chart of the page: colours come from the style sheet, so that light and dark are one setting. */

export type Tone = "champion" | "challenger" | "fourth" | "difference" | "boundary" | "promise" | "muted";

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
  /** values are account currency */
  currency?: boolean;
  /** values are densities: only their shape means something */
  density?: boolean;
  /** the height begins at zero: what a value must reach is seen in proportion */
  fromZero?: boolean;
  /** a part of it can be looked at closely */
  zoom?: boolean;
  /** a point of x that is marked */
  marked?: number | null;
  /** the pointer stands nearest to this index; null: it left */
  onPoint?: (index: number | null) => void;
};

/** Values may change without a new chart, and whoever looks closely goes on looking there; other lines are another chart. */
export function Chart(props: ChartProps) {
  const kind = props.lines.map((l) => [l.label, l.tone, l.dash, l.bars, l.width, unnamed(l)].join()).join("|");
  return <Plot key={kind} {...props} />;
}

function Plot(props: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLUListElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [close, setClose] = useState(false);
  const { x, lines, marked = null } = props;
  useEffect(() => {
    const place = holder.current;
    if (!place) return;
    const begin = () => new Drawn(place, latest, { legend: () => legend.current, onZoom: setClose });
    drawn.current = begin();
    const redraw = () => {
      drawn.current?.end();
      drawn.current = begin();
    };
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", redraw);
    const resized = new ResizeObserver(() => drawn.current?.fit());
    resized.observe(place);
    return () => {
      scheme.removeEventListener("change", redraw);
      resized.disconnect();
      drawn.current?.end();
      drawn.current = null;
    };
  }, []);
  useEffect(() => drawn.current?.update({ x, lines, marked }), [x, lines, marked]);
  return (
    <figure class="chart">
      <ul class="legend" aria-hidden="true" ref={legend}>
        {lines.map((line) =>
          unnamed(line) ? null : (
            <li key={line.label} class={`key ${line.tone}${line.dash ? " dash" : ""}`}>
              {line.label} <span class="value" />
            </li>
          ),
        )}
        <li class="where" />
      </ul>
      {close ? (
        <button type="button" class="plain whole" onClick={() => drawn.current?.whole()}>
          Show the whole
        </button>
      ) : null}
      <div
        ref={holder}
        class="canvas"
        role="img"
        aria-label={props.title}
        {...(props.zoom
          ? {
              tabIndex: 0,
              "aria-keyshortcuts": "+ - ArrowLeft ArrowRight 0",
              title: "Drag over a part to look closely, double click for the whole. With the keyboard: + − ← → 0",
              onKeyDown: (event: KeyboardEvent) => {
                if (drawn.current?.key(event.key)) event.preventDefault();
              },
            }
          : {})}
      />
      <p class="x-label" aria-hidden="true">
        {props.xLabel}
      </p>
    </figure>
  );
}

/** Nothing beside the chart speaks of it: it has no name, or nothing to show yet. */
const unnamed = (line: Line): boolean => line.label === "" || line.values.every((value) => value === null);

/** Steps between ticks of whole numbers: there is no half trade. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 7 }, (_, power) => step * 10 ** power))
  .sort((a, b) => a - b);

/** The name of the axis stands below the drawing: unlike the drawing's own it is that of the newest values. */
const X_LABEL_HEIGHT = 24;

const heightOf = (props: ChartProps): number => (props.height ?? 260) - X_LABEL_HEIGHT;

type Hooks = {
  legend(): HTMLElement | null;
  /** a part is looked at closely, or the whole again */
  onZoom(close: boolean): void;
};

/** One uPlot on the page. */
class Drawn {
  readonly #place: HTMLElement;
  readonly #latest: { current: ChartProps };
  readonly #hooks: Hooks;
  readonly #plot: uPlot;
  #close = false;

  constructor(place: HTMLElement, latest: { current: ChartProps }, hooks: Hooks) {
    this.#place = place;
    this.#latest = latest;
    this.#hooks = hooks;
    this.#plot = new uPlot(this.#options(), this.#data(latest.current), place);
    this.#say(null);
  }

  #data({ x, lines }: Pick<ChartProps, "x" | "lines">): uPlot.AlignedData {
    return [x, ...lines.map((l) => l.values)] as uPlot.AlignedData;
  }

  end(): void {
    this.#plot.destroy();
  }

  fit(): void {
    const width = this.#place.clientWidth;
    if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: heightOf(this.#latest.current) });
  }

  update(changed: Pick<ChartProps, "x" | "lines" | "marked">): void {
    const { min, max } = this.#plot.scales.x!;
    this.#plot.setData(this.#data(changed), !this.#close);
    if (this.#close) this.#show(min!, max!);
    this.#say(this.#plot.cursor.idx ?? null);
  }

  whole(): void {
    const { x } = this.#latest.current;
    this.#show(x[0]!, x.at(-1)!);
  }

  /** @returns whether the key means something here */
  key(key: string): boolean {
    const { min, max } = this.#plot.scales.x!;
    const [from, to] = [min!, max!];
    const quarter = (to - from) / 4;
    if (key === "+" || key === "=") this.#show(from + quarter, to - quarter);
    else if (key === "-") this.#show(from - 2 * quarter, to + 2 * quarter);
    else if (key === "ArrowLeft") this.#show(from - quarter, to - quarter);
    else if (key === "ArrowRight") this.#show(from + quarter, to + quarter);
    else if (key === "0") this.whole();
    else return false;
    return true;
  }

  /** Within what there is, and never closer than two points. */
  #show(from: number, to: number): void {
    const { x } = this.#latest.current;
    const [first, last] = [x[0]!, x.at(-1)!];
    const span = Math.min(to - from, last - first);
    const min = Math.min(Math.max(from, first), last - span);
    if (x.filter((at) => at >= min && at <= min + span).length < 2) return;
    this.#plot.setScale("x", { min, max: min + span });
  }

  /** The figures at the pointer, or the newest, beside the names of the lines. */
  #say(index: number | null): void {
    const legend = this.#hooks.legend();
    if (!legend) return;
    const { x, lines, xLabel } = this.#latest.current;
    const places = legend.querySelectorAll(".value");
    const at = (line: Line | undefined) =>
      this.#figure((index === null ? line?.values.findLast((value) => value !== null) : line?.values[index]) ?? null);
    let named = 0;
    for (const [i, line] of lines.entries()) {
      if (unnamed(line)) continue;
      const place = places[named++];
      const figure = line.bandWithPrevious ? `${at(line)} to ${at(lines[i - 1])}` : at(line);
      if (place) place.textContent = (line.bars && index === null) || this.#latest.current.density ? "" : figure;
    }
    const where = legend.querySelector(".where");
    if (where) where.textContent = index === null ? "" : `${this.#position(x[index]!)} · ${xLabel.split(";")[0]}`;
  }

  #figure(value: number | null): string {
    const { percent, currency } = this.#latest.current;
    if (percent) return percentText(value);
    return currency ? money(value) : decimal(value);
  }

  #position = (x: number): string => (Number.isInteger(x) ? count(x) : decimal(x));

  #options(): uPlot.Options {
    const props = this.#latest.current;
    const style = getComputedStyle(this.#place);
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
    const { percent = false, zoom = false } = props;
    // More points than pixels: lines as thin as can be, or one hides the other.
    const crowded = props.x.length > this.#place.clientWidth;
    const font = `13px ${style.fontFamily}`;
    const axis = { stroke: colour("soft"), grid: { stroke: colour("grid"), width: 1 }, ticks: { show: false }, font };
    return {
      width: Math.max(this.#place.clientWidth, 200),
      height: heightOf(props),
      scales: { x: { time: false }, ...(props.fromZero ? { y: { range: rangeFromZero } } : {}) },
      legend: { show: false },
      cursor: { y: false, drag: { x: zoom, y: false, setScale: zoom, dist: 8 } },
      series: [{}, ...props.lines.map((line) => seriesOf(line, { colour, crowded }))],
      bands: props.lines.flatMap((line, i) =>
        line.bandWithPrevious ? [{ series: [i, i + 1] as [number, number], fill: colour(`${line.tone}-band`) }] : [],
      ),
      axes: [
        {
          ...axis,
          size: 30,
          ...(props.x.every(Number.isInteger) ? { incrs: WHOLE_STEPS } : {}),
          values: (_plot, ticks) => ticks.map((x) => axisFigure(x, { percent: false })),
        },
        {
          ...axis,
          size: props.density ? 16 : 64,
          values: (_plot, ticks) => ticks.map((x) => (props.density ? "" : axisFigure(x, { percent }))),
        },
      ],
      hooks: {
        setCursor: [
          (plot) => {
            const index = plot.cursor.idx ?? null;
            this.#say(index);
            this.#latest.current.onPoint?.(index);
          },
        ],
        setScale: [(plot, key) => key === "x" && this.#noteZoom(plot)],
        draw: [(plot) => drawMarks(plot, this.#latest.current.marked ?? null, colour)],
      },
    };
  }

  #noteZoom(plot: uPlot): void {
    const { x, zoom } = this.#latest.current;
    const { min, max } = plot.scales.x!;
    const close = zoom === true && x.length > 1 && (min! > x[0]! || max! < x.at(-1)!);
    if (close === this.#close) return;
    this.#close = close;
    this.#hooks.onZoom(close);
  }
}

function rangeFromZero(_plot: uPlot, lowest: number | null, highest: number | null): uPlot.Range.MinMax {
  return uPlot.rangeNum(Math.min(0, lowest ?? 0), Math.max(0, highest ?? 1), 0.1, true);
}

function seriesOf(line: Line, o: { colour: (name: string) => string; crowded: boolean }): uPlot.Series {
  const { colour } = o;
  return {
    label: line.label,
    stroke: colour(line.tone),
    width: line.width ?? (line.bandWithPrevious || line.tone === "boundary" ? 1.25 : o.crowded ? 1 : 2),
    spanGaps: true,
    points: { show: line.points ?? false, size: 7, fill: colour("surface"), stroke: colour(line.tone), width: 2 },
    ...(line.dash ? { dash: line.tone === "fourth" ? [2, 4] : [6, 4] } : {}),
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
  const x = marked === null ? null : plot.valToPos(marked, "x", true);
  if (x !== null && x >= bbox.left && x <= bbox.left + bbox.width) {
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
