import { escaped } from "../../calibration/markup.ts";
import { keepExtremes } from "../../shared/stats/report/courses.ts";

/** A course over trades as one SVG: nothing but a line, its range and a level to compare with. */

const SIZE = { width: 860, height: 220, left: 74, right: 10, top: 10, bottom: 26 };
const POINTS_MAX = 1000;
const TICKS = 4;

export type Plot = {
  title: string;
  /** shape (n) */
  values: ArrayLike<number>;
  /** the trade of the first value, counted from 1 */
  from: number;
  show: (value: number) => string;
  /** Fills down from (or up to) this level and draws it. */
  level: number;
};

export function plotOf({ title, values, from, show, level }: Plot): string {
  if (values.length < 2) return `<p>${escaped(title)}: too few trades to draw.</p>`;
  const kept = keepExtremes([values], { points: POINTS_MAX });
  const shown = kept.map((i) => values[i]!);
  const low = Math.min(level, ...shown);
  const high = Math.max(level, ...shown);
  const span = high - low || 1;
  const { width, height, left, right, top, bottom } = SIZE;
  const x = (i: number) => round(left + (i / (values.length - 1)) * (width - left - right));
  const y = (value: number) => round(top + ((high - value) / span) * (height - top - bottom));
  const line = kept.map((i) => `${x(i)},${y(values[i]!)}`).join(" ");
  const floor = y(level);
  const ticks = Array.from({ length: TICKS + 1 }, (_, i) => low + (span * i) / TICKS);
  const marks = ticks.map(
    (value) =>
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${y(value)}" y2="${y(value)}"/>` +
      `<text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${escaped(show(value))}</text>`,
  );
  const ends = [0, values.length - 1].map(
    (i) => `<text x="${x(i)}" y="${height - 6}" text-anchor="${i === 0 ? "start" : "end"}">trade ${from + i}</text>`,
  );
  return (
    `<figure><figcaption>${escaped(title)}</figcaption>` +
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">${marks.join("")}` +
    `<polygon class="area" points="${x(0)},${floor} ${line} ${x(values.length - 1)},${floor}"/>` +
    `<line class="level" x1="${left}" x2="${width - right}" y1="${floor}" y2="${floor}"/>` +
    `<polyline class="course" points="${line}"/>${ends.join("")}</svg></figure>`
  );
}

function round(x: number): number {
  return Math.round(10 * x) / 10;
}
