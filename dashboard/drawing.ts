import uPlot from "uplot";
import { axisFigure, count, decimal, money, percent as percentText } from "./figures.ts";
import { type ChartProps, type Line, unnamed } from "./lines.ts";
import { drawBehind, drawMarks } from "./marks.ts";

/** One uPlot on the page: scales, axes, colours, the figures beside it, and looking closely at a part. */

/** Steps between ticks of whole numbers: there is no half trade. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 7 }, (_, power) => step * 10 ** power))
  .sort((a, b) => a - b);

const HEIGHT = 240;
const heightOf = (props: ChartProps): number => props.height ?? HEIGHT;

/** Room of the axis of values: as wide as its longest figure. */
const AXIS_GAP = 14;
const DIGIT = 8;
const longest = (texts: readonly (string | null)[] | null): number =>
  Math.max(1, ...(texts ?? []).map((text) => text?.length ?? 0));

type Hooks = {
  legend(): HTMLElement | null;
  /** a part is looked at closely, or the whole again */
  onZoom(close: boolean): void;
};

export class Drawn {
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
    const [first, last] = [x[0], x.at(-1)];
    if (first !== undefined && last !== undefined) this.#show(first, last);
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
    // The figure at the end of the axis stands half outside; the axis's name ends where the axis does.
    const end = Math.max(14, 2 + (DIGIT / 2) * count(Math.round(props.x.at(-1) ?? 0)).length);
    this.#place.parentElement?.style.setProperty("--end", `${end}px`);
    // More points than pixels: lines as thin as can be, or one hides the other.
    const crowded = props.x.length > this.#place.clientWidth;
    const font = `13px ${style.fontFamily}`;
    const axis = { stroke: colour("soft"), grid: { stroke: colour("grid"), width: 1 }, ticks: { show: false }, font };
    return {
      width: Math.max(this.#place.clientWidth, 200),
      height: heightOf(props),
      scales: { x: { time: false }, ...(props.fromZero ? { y: { range: rangeFromZero } } : {}) },
      legend: { show: false },
      padding: [10, end, 0, 0],
      cursor: { y: false, drag: { x: zoom, y: false, setScale: zoom, dist: 8 } },
      series: [{}, ...props.lines.map((line) => seriesOf(line, { colour, crowded }))],
      bands: props.lines.flatMap((line, i) =>
        line.bandWithPrevious ? [{ series: [i, i + 1] as [number, number], fill: colour(`${line.tone}-band`) }] : [],
      ),
      axes: [
        {
          ...axis,
          size: 26,
          gap: 6,
          space: this.#place.clientWidth < 400 ? 48 : 72,
          ...(props.x.every(Number.isInteger) ? { incrs: WHOLE_STEPS } : {}),
          values: (_plot, ticks) => ticks.map((x) => axisFigure(x, { percent: false })),
        },
        {
          ...axis,
          size: (_plot, texts) => (props.density ? 8 : AXIS_GAP + DIGIT * longest(texts)),
          gap: 8,
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
        drawClear: [(plot) => drawBehind(plot, this.#latest.current, colour)],
        draw: [(plot) => drawMarks(plot, this.#latest.current, { colour, font })],
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
  return uPlot.rangeNum(Math.min(0, lowest ?? 0), Math.max(0, highest ?? 1), 0.2, true);
}

function seriesOf(
  line: Line,
  { colour, crowded }: { colour: (name: string) => string; crowded: boolean },
): uPlot.Series {
  return {
    label: line.label,
    stroke: colour(line.tone),
    width: line.width ?? (line.bandWithPrevious || line.tone === "boundary" ? 1.25 : crowded ? 1 : 2),
    spanGaps: true,
    points: { show: line.points ?? false, size: 9, fill: colour("surface"), stroke: colour(line.tone), width: 2 },
    ...(line.dash ? { dash: line.tone === "fourth" ? [2, 4] : [6, 4] } : {}),
    ...(line.bars && uPlot.paths.bars
      ? { paths: uPlot.paths.bars({ size: [0.95, 60] }), fill: colour(line.tone), width: 0 }
      : {}),
  };
}
