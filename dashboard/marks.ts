import type uPlot from "uplot";
import type { ChartProps, Line } from "./lines.ts";

/** What stands in a drawing besides its lines: the region that means something, intervals of single points, the zero line, a marked moment. */

type Colour = (name: string) => string;
type Place = [number, number];

/** Below grid and lines: the region above a line. */
export function drawBehind(plot: uPlot, { region, lines, x }: ChartProps, colour: Colour): void {
  const boundary = region && lines[region.above]?.values;
  if (!boundary) return;
  const { ctx, bbox } = plot;
  const places = boundary.flatMap((value, i): Place[] =>
    value === null ? [] : [[plot.valToPos(x[i]!, "x", true), plot.valToPos(value, "y", true)]],
  );
  const [first, last] = [places[0], places.at(-1)];
  if (!first || !last) return;
  within(plot, () => {
    ctx.fillStyle = colour("good-ground");
    ctx.beginPath();
    ctx.moveTo(first[0], bbox.top);
    for (const place of places) ctx.lineTo(...place);
    ctx.lineTo(last[0], bbox.top);
    ctx.fill();
  });
}

/** Above grid and lines. */
export function drawMarks(plot: uPlot, props: ChartProps, { colour, font }: { colour: Colour; font: string }): void {
  const { bbox } = plot;
  within(plot, (ctx) => {
    ctx.lineWidth = devicePixelRatio;
    for (const [i, line] of props.lines.entries())
      if (line.whiskers) drawWhiskers(plot, { x: props.x, low: line, high: props.lines[i - 1], colour });
    const zero = plot.valToPos(0, "y", true);
    ctx.strokeStyle = colour("soft");
    draw(ctx, [bbox.left, zero], [bbox.left + bbox.width, zero]);
    ctx.font = font.replace("13px", `${13 * devicePixelRatio}px`);
    ctx.textBaseline = "top";
    if (props.region) {
      ctx.fillStyle = colour("difference");
      ctx.textAlign = "left";
      ctx.fillText(props.region.label, bbox.left + 10 * devicePixelRatio, bbox.top + 8 * devicePixelRatio);
    }
    if (props.marked) drawMoment(plot, props.marked, colour);
  });
}

/** A moment as an upright dotted line, with what happened beside it where there is room. */
function drawMoment(plot: uPlot, marked: { x: number; label: string }, colour: Colour): void {
  const { ctx, bbox } = plot;
  const x = plot.valToPos(marked.x, "x", true);
  const bottom = bbox.top + bbox.height;
  ctx.strokeStyle = colour("ink");
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  draw(ctx, [x, bbox.top], [x, bottom]);
  const gap = 8 * devicePixelRatio;
  const fits = x + gap + ctx.measureText(marked.label).width < bbox.left + bbox.width;
  ctx.fillStyle = colour("ink");
  ctx.textAlign = fits ? "left" : "right";
  ctx.textBaseline = "bottom";
  ctx.fillText(marked.label, fits ? x + gap : x - gap, bottom - gap);
}

function drawWhiskers(
  plot: uPlot,
  options: { x: readonly number[]; low: Line; high: Line | undefined; colour: Colour },
): void {
  const { ctx } = plot;
  const cap = 4 * devicePixelRatio;
  ctx.strokeStyle = options.colour(options.low.tone);
  ctx.lineWidth = 1.5 * devicePixelRatio;
  for (const [i, low] of options.low.values.entries()) {
    const high = options.high?.values[i];
    if (low === null || high === null || high === undefined) continue;
    const x = plot.valToPos(options.x[i]!, "x", true);
    const [bottom, top] = [plot.valToPos(low, "y", true), plot.valToPos(high, "y", true)];
    draw(ctx, [x, bottom], [x, top]);
    draw(ctx, [x - cap, bottom], [x + cap, bottom]);
    draw(ctx, [x - cap, top], [x + cap, top]);
  }
}

/** Nothing is drawn outside, and what comes afterwards is drawn as before. */
function within(plot: uPlot, paint: (ctx: CanvasRenderingContext2D) => void): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  // The end of an interval may stand at the edge.
  const room = 6 * devicePixelRatio;
  ctx.rect(bbox.left - room, bbox.top, bbox.width + 2 * room, bbox.height);
  ctx.clip();
  ctx.setLineDash([]);
  paint(ctx);
  ctx.restore();
}

function draw(ctx: CanvasRenderingContext2D, from: Place, to: Place): void {
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
}
