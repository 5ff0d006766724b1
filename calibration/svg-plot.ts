import { roundedCount } from "../shared/domain/number-words.ts";
import { escaped } from "./markup.ts";

/** Small line plots as SVG text: shares over rows, with error bands. No library, the same bytes everywhere. */

export type Line = {
  label: string;
  /** x ascending; y and its standard error as shares */
  points: readonly { x: number; y: number; se: number }[];
};

export type PlotOptions = {
  title: string;
  xLabel: string;
  yLabel: string;
  lines: readonly Line[];
  /** top of the y axis; left out: the largest value with its band, rounded up */
  yMost?: number;
  /** a dashed horizontal line */
  limit?: { y: number; label: string };
};

const WIDTH = 760;
const HEIGHT = 420;
const EDGE = { left: 70, right: 190, top: 50, bottom: 60 };
const COLOURS = ["#1b6ca8", "#d1495b", "#2e933c", "#b8860b", "#6a4c93", "#444444"];

const short = (x: number): string => String(Math.round(100 * x) / 100);

/** 1, 2 or 5 times a power of ten, so that there are about `count` steps up to `most`. */
function stepOf(most: number, count: number): number {
  const raw = most / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 5, 10].find((m) => m * power >= raw) ?? 10) * power;
}

type Scale = { x: (v: number) => number; y: (v: number) => number; xMost: number; yMost: number };

function scaleOf(options: PlotOptions): Scale {
  const all = options.lines.flatMap((line) => line.points);
  const xMost = Math.max(1, ...all.map((p) => p.x));
  const seen = Math.max(0.01, options.limit?.y ?? 0, ...all.map((p) => p.y + 2 * p.se));
  const yMost = options.yMost ?? Math.min(1, Math.ceil(seen / stepOf(seen, 5)) * stepOf(seen, 5));
  const wide = WIDTH - EDGE.left - EDGE.right;
  const high = HEIGHT - EDGE.top - EDGE.bottom;
  return {
    x: (v) => EDGE.left + (wide * v) / xMost,
    y: (v) => EDGE.top + high * (1 - Math.min(1, Math.max(0, v / yMost))),
    xMost,
    yMost,
  };
}

function axes(options: PlotOptions, s: Scale): string[] {
  const out: string[] = [];
  const xStep = stepOf(s.xMost, 6);
  for (let v = 0; v <= s.xMost * 1.0001; v += xStep) {
    const x = short(s.x(v));
    out.push(`<line x1="${x}" y1="${EDGE.top}" x2="${x}" y2="${HEIGHT - EDGE.bottom}" stroke="#eee"/>`);
    out.push(`<text x="${x}" y="${HEIGHT - EDGE.bottom + 18}" text-anchor="middle">${roundedCount(v)}</text>`);
  }
  const yStep = stepOf(s.yMost, 5);
  for (let v = 0; v <= s.yMost * 1.0001; v += yStep) {
    const y = short(s.y(v));
    out.push(`<line x1="${EDGE.left}" y1="${y}" x2="${WIDTH - EDGE.right}" y2="${y}" stroke="#ddd"/>`);
    out.push(`<text x="${EDGE.left - 8}" y="${y}" dy="4" text-anchor="end">${short(100 * v)} %</text>`);
  }
  const middle = (EDGE.left + WIDTH - EDGE.right) / 2;
  out.push(`<text x="${middle}" y="${HEIGHT - 14}" text-anchor="middle">${escaped(options.xLabel)}</text>`);
  const centre = (EDGE.top + HEIGHT - EDGE.bottom) / 2;
  out.push(
    `<text x="18" y="${centre}" text-anchor="middle" transform="rotate(-90 18 ${centre})">${escaped(options.yLabel)}</text>`,
  );
  return out;
}

function drawn(line: Line, i: number, s: Scale): string[] {
  const colour = COLOURS[i % COLOURS.length]!;
  const at = (x: number, y: number) => `${short(s.x(x))},${short(s.y(y))}`;
  const upper = line.points.map((p) => at(p.x, p.y + 2 * p.se));
  const lower = line.points.map((p) => at(p.x, p.y - 2 * p.se)).reverse();
  const y = EDGE.top + 10 + 22 * i;
  const x = WIDTH - EDGE.right + 12;
  return [
    `<polygon points="${[...upper, ...lower].join(" ")}" fill="${colour}" fill-opacity="0.15"/>`,
    `<polyline points="${line.points.map((p) => at(p.x, p.y)).join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    `<line x1="${x}" y1="${y}" x2="${x + 18}" y2="${y}" stroke="${colour}" stroke-width="3"/>`,
    `<text x="${x + 24}" y="${y}" dy="4">${escaped(line.label)}</text>`,
  ];
}

function limitLine(options: PlotOptions, s: Scale): string[] {
  if (options.limit === undefined || options.limit.y > s.yMost) return [];
  const y = short(s.y(options.limit.y));
  return [
    `<line x1="${EDGE.left}" y1="${y}" x2="${WIDTH - EDGE.right}" y2="${y}" stroke="#888" stroke-dasharray="6 4"/>`,
    `<text x="${WIDTH - EDGE.right - 6}" y="${y}" dy="-5" text-anchor="end" fill="#666">${escaped(options.limit.label)}</text>`,
  ];
}

/** The plot as one SVG document; bands are two standard errors wide on either side. */
export function plotSvg(options: PlotOptions): string {
  const s = scaleOf(options);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(options.title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${EDGE.left}" y="28" font-size="15" font-weight="bold">${escaped(options.title)}</text>`,
    ...axes(options, s),
    ...limitLine(options, s),
    ...options.lines.flatMap((line, i) => drawn(line, i, s)),
    "</svg>",
  ].join("\n")}\n`;
}
