import type { History } from "./client.ts";
import { count, decimal, percent, signed, when, words } from "./figures.ts";

/** The numbers behind an event, as names and figures to read: whatever kind it is, so that a new kind is shown too. */

type Details = History["events"][number]["details"];
/** @property place  where it stands in the details */
type Named = { place: string; name: string; figure: string };

/** A promotion's decision is shown as criteria, and its promise is the guard's. */
const ELSEWHERE: ReadonlySet<string> = new Set(["decision", "look", "reverse_shadow", "automatic"]);
const DEEPEST = 3;
const FIRST_MOMENT_MS = 1e12;

export function numbersOf(details: Details): Named[] {
  return flat("decision" in details ? { ...details, guard: null } : details, []);
}

function flat(part: object, above: readonly string[]): Named[] {
  return Object.entries(part).flatMap(([key, value]: [string, unknown]): Named[] => {
    if (ELSEWHERE.has(key) || value === null || Array.isArray(value)) return [];
    const place = [...above, key];
    if (typeof value === "object") return place.length < DEEPEST ? flat(value as object, place) : [];
    return [{ place: place.join("."), name: key === "n" ? "rows" : words(key), figure: figureOf(key, value) }];
  });
}

function figureOf(key: string, value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  // What others named stays as they wrote it.
  if (typeof value !== "number") return String(value);
  if (value > FIRST_MOMENT_MS) return when(new Date(value).toISOString());
  if (key === "win_rate_change") return `${decimal(100 * value, 1)} points`;
  if (key.includes("win_rate")) return percent(value);
  if (/pnl|gain|difference|cost|behind|drawdown/.test(key) && !/^(z|cusum)_/.test(key)) return signed(value);
  return Number.isInteger(value) ? count(value) : decimal(value);
}
