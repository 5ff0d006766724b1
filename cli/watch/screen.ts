import { Box, Text } from "ink";
import { createElement, type ReactElement } from "react";
import type { Line, Tone } from "./line.ts";

/** The dashboard's lines as ink draws them, which are no longer than the screen is wide (fold.ts). */

type Appearance = { color?: string; bold?: boolean; dimColor?: boolean };

const looks: Readonly<Record<Tone, Appearance>> = {
  plain: {},
  faint: { dimColor: true },
  strong: { bold: true },
  good: { color: "green" },
  attention: { color: "yellow" },
  bad: { color: "red", bold: true },
};

/** @param options.colours  false: no escape codes at all */
export function screen(options: { lines: readonly Line[]; columns: number; colours: boolean }): ReactElement {
  const rows = options.lines.map((line, i) => {
    const segments = line.map(({ text, tone }, j) =>
      createElement(Text, { key: j, ...(options.colours ? looks[tone] : {}) }, text),
    );
    // An empty text has no height: a blank keeps the empty line.
    return createElement(Text, { key: i, wrap: "truncate-end" }, ...(segments.length > 0 ? segments : [" "]));
  });
  return createElement(Box, { flexDirection: "column", width: options.columns }, ...rows);
}
