import { useMemo } from "preact/hooks";
import type { Paths } from "../client.ts";

/** Drawings the size of a word, beside the numbers they show: a challenger's difference so far, and its interval on one axis for all. */

/** Mean difference a signal, with the interval the boundary draws: of the latest look, of this moment before the first. */
export type Span = { value: number; low: number | null; high: number | null };

export function spanOf(paths: Paths | undefined): Span | null {
  const step = paths?.looks.at(-1) ?? paths?.present;
  if (!step?.total || step.n === 0) return null;
  const per = (x: number | null) => (x === null ? null : x / step.n);
  return { value: step.total.value / step.n, low: per(step.total.low), high: per(step.total.high) };
}

/** Of a pixel. */
const inTenths = (x: number): number => Math.round(10 * x) / 10;

const SPAN = { width: 120, height: 20, room: 6 };

/** Where the interval lies beside zero, and beside those of the other challengers. */
export function SpanBar({ span, all }: { span: Span | null; all: readonly Span[] }) {
  if (!span) return null;
  const { width, height, room } = SPAN;
  const ends = all.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const [least, most] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const x = (value: number) => inTenths(room + ((width - 2 * room) * (value - least)) / (most - least || 1));
  const middle = height / 2;
  return (
    <svg class="span" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      <path class="zero" d={`M${x(0)} 0V${height}`} />
      {span.low === null || span.high === null ? null : (
        <path class="reach" d={`M${x(span.low)} ${middle}H${x(span.high)}`} />
      )}
      <circle class="mean" cx={x(span.value)} cy={middle} r={4} />
    </svg>
  );
}

const COURSE = { width: 72, height: 24 };

/** The difference so far as a line. */
export function Course({ paths }: { paths: Paths | undefined }) {
  const drawn = useMemo(() => paths?.life && courseOf(paths.life), [paths]);
  if (!drawn) return null;
  const { width, height } = COURSE;
  return (
    <svg class="course" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      <path class="zero" d={`M0 ${drawn.zero}H${width}`} />
      <polyline points={drawn.points} />
    </svg>
  );
}

function courseOf({ row, rows, difference }: NonNullable<Paths["life"]>): { zero: number; points: string } {
  const low = Math.min(0, ...difference);
  const span = Math.max(0, ...difference) - low || 1;
  const y = (value: number) => inTenths(1 + (COURSE.height - 2) * (1 - (value - low) / span));
  const x = (at: number) => inTenths((COURSE.width * at) / rows);
  return { zero: y(0), points: difference.map((value, i) => `${x(row[i]!)},${y(value)}`).join(" ") };
}
