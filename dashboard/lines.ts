/** What a chart is given: values along an axis, and what sets each line apart from the others. */

export type Tone = "champion" | "challenger" | "fourth" | "difference" | "boundary" | "promise" | "muted";

export type Line = {
  label: string;
  tone: Tone;
  values: readonly (number | null)[];
  dash?: boolean;
  points?: boolean;
  /** fills between this line and the one before it, which lies above */
  bandWithPrevious?: boolean;
  /** each of its values, and that of the line before, is the end of an interval at that x alone */
  whiskers?: boolean;
  bars?: boolean;
  width?: number;
};

export type ChartProps = {
  /** what a person who cannot see it is given instead */
  title: string;
  /** stands above it, where one stands beside others */
  name?: string;
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
  /** what lies above the line with this index, and what that means */
  region?: { above: number; label: string };
  /** a part of it can be looked at closely */
  zoom?: boolean;
  /** a point of x that is marked, and what happened there */
  marked?: { x: number; label: string } | null;
  /** the pointer stands nearest to this index; null: it left */
  onPoint?: (index: number | null) => void;
};

/** Nothing beside the chart speaks of it: it has no name, or nothing to show yet. */
export const unnamed = (line: Line): boolean => line.label === "" || line.values.every((value) => value === null);
