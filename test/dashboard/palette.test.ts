import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** One palette, computed: what is written can be read, and nobody takes one line of a chart for another. */

const styles = new URL("../../dashboard/styles/", import.meta.url);
const sheet = ["palette.css", ...readdirSync(styles).filter((name) => name !== "palette.css")]
  .map((name) => readFileSync(new URL(name, styles), "utf8"))
  .join("\n");

const coloursIn = (text: string) =>
  new Map([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name!, colour!]));
const darkRules = /@media \(prefers-color-scheme: dark\) \{\s*:root \{([^}]*)\}/.exec(sheet)![1]!;
const light = coloursIn(sheet.slice(0, sheet.indexOf("@media")));
const themes = [
  { theme: "light", colours: light },
  { theme: "dark", colours: new Map([...light, ...coloursIn(darkRules)]) },
];

type Linear = readonly [number, number, number];

function linear(colour: string): Linear {
  const part = (at: number) => {
    const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

const dot = (row: Linear, [r, g, b]: Linear) => row[0] * r + row[1] * g + row[2] * b;

/** WCAG 2.2, relative luminance. */
function contrast(a: string, b: string): number {
  const [low, high] = [a, b].map((colour) => dot([0.2126, 0.7152, 0.0722], linear(colour))).sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

/** G. Machado, M. Oliveira, L. Fernandes (2009), IEEE TVCG 15, 1291-1298, table 1, severity 1, on linear light. */
const visions: Record<string, readonly Linear[]> = {
  everybody: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** CIE 1976 L*a*b*, white D65. */
function lab(light: Linear): Linear {
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f(dot([0.4124564, 0.3575761, 0.1804375], light) / 0.95047);
  const y = f(dot([0.2126729, 0.7151522, 0.072175], light));
  const z = f(dot([0.0193339, 0.119192, 0.9503041], light) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function seenApart(a: string, b: string, vision: readonly Linear[]): number {
  const seen = (colour: string) =>
    lab(vision.map((row) => Math.min(1, Math.max(0, dot(row, linear(colour))))) as unknown as Linear);
  const [p, q] = [seen(a), seen(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

/** Lines that are drawn in one chart; one that is dashed otherwise than the other needs its colour less. */
const together: { a: string; b: string; dashed?: boolean }[] = [
  { a: "champion", b: "challenger" },
  { a: "champion", b: "muted" },
  { a: "champion", b: "promise" },
  { a: "promise", b: "boundary" },
  { a: "promise", b: "muted" },
  { a: "champion", b: "boundary" },
  { a: "difference", b: "boundary", dashed: true },
  { a: "champion", b: "difference", dashed: true },
  { a: "challenger", b: "difference", dashed: true },
  { a: "champion", b: "fourth", dashed: true },
  { a: "challenger", b: "fourth", dashed: true },
  { a: "difference", b: "fourth", dashed: true },
];
const lines = ["champion", "challenger", "difference", "boundary", "promise", "muted", "fourth"];

describe.each(themes)("the palette in $theme", ({ colours }) => {
  const colour = (name: string) => colours.get(name)!;

  it("can be read: text at least 4.5 to 1 on every ground it stands on, the main text 7 to 1", () => {
    for (const ground of ["surface", "ground", "shade"]) {
      expect(contrast(colour("ink"), colour(ground)), `ink on ${ground}`).toBeGreaterThan(7);
      for (const text of ["soft", "accent", "difference"])
        expect(contrast(colour(text), colour(ground)), `${text} on ${ground}`).toBeGreaterThan(4.5);
    }
    for (const text of ["difference", "promise", "alert"])
      for (const ground of ["surface", "ground", "shade"])
        expect(contrast(colour(text), colour(ground)), `the word ${text} on ${ground}`).toBeGreaterThan(4.5);
    expect(contrast(colour("ink"), colour("chip"))).toBeGreaterThan(7);
    for (const button of ["accent", "alert"])
      expect(contrast(colour("surface"), colour(button)), button).toBeGreaterThan(4.5);
  });

  it.each(lines)("draws %s at least 3 to 1 against its surface", (name) => {
    expect(contrast(colour(name), colour("surface"))).toBeGreaterThan(3);
  });

  it.each(together)("keeps $a and $b apart for every eye", ({ a, b, dashed }) => {
    for (const [name, vision] of Object.entries(visions))
      expect(seenApart(colour(a), colour(b), vision), name).toBeGreaterThan(dashed ? 9 : 20);
  });
});

describe("the type scale", () => {
  it("has four sizes and no other", () => {
    const sizes = [...sheet.matchAll(/font(?:-size)?:\s*(\d+)px/g)].map(([, size]) => Number(size));
    expect([...new Set(sizes)].sort((a, b) => a - b)).toEqual([13, 15, 18, 26]);
  });

  it("names every colour once: none stands in a rule", () => {
    const rules = sheet.replace(/:root \{[^}]*\}/g, "");
    expect(rules.match(/#[0-9a-f]{3,8}\b|rgba?\(/g)).toBeNull();
  });
});
