import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Scenario } from "../../calibration/scenario.ts";
import type { Tally } from "../../calibration/tally.ts";
import { RULE_VERSION } from "../../shared/domain/decide.ts";
import type { Settings } from "../../shared/domain/settings.ts";
import { BOUNDARY_CONSTANTS } from "../../shared/stats/rule/boundary.ts";

/**
 * Finished chunks, one JSON line each, so that a run that was interrupted goes on where it was. A line belongs to a run
 * only when everything that decides its numbers is the same: scenario, settings, rule, constants, seed, own trades.
 */

/** Changes when the simulation draws other numbers for the same seed. */
const SIMULATION = 1;

export type Chunk = { key: string; scenario: string; from: number; to: number; tally: Tally };

/** What decides a scenario's numbers, as a short text. */
export function keyOf(options: { scenario: Scenario; settings: Settings; seed: string; own: string | null }): string {
  const { lives: _, title: __, study: ___, ...what } = options.scenario;
  const all = [SIMULATION, RULE_VERSION, BOUNDARY_CONSTANTS, options.settings, options.seed, options.own, what];
  return createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 16);
}

const nameOf = (options: { key: string; from: number; to: number }): string =>
  `${options.key}|${options.from}|${options.to}`;

export class ChunkStore {
  readonly #file: string | null;
  readonly #known = new Map<string, Tally>();

  /** @param dir  where chunks.jsonl lies or will lie; null: nothing is kept */
  constructor(dir: string | null) {
    this.#file = dir === null ? null : join(dir, "chunks.jsonl");
    if (dir === null || this.#file === null) return;
    mkdirSync(dir, { recursive: true });
    if (!existsSync(this.#file)) return;
    const text = readFileSync(this.#file, "utf8");
    for (const line of text.split("\n")) {
      const chunk = parseChunk(line);
      if (chunk) this.#known.set(nameOf(chunk), chunk.tally);
    }
    // A run that was killed may have left half a line: the next chunk must not be written onto it.
    if (text !== "" && !text.endsWith("\n")) appendFileSync(this.#file, "\n");
  }

  get(options: { key: string; from: number; to: number }): Tally | null {
    return this.#known.get(nameOf(options)) ?? null;
  }

  add(chunk: Chunk): void {
    this.#known.set(nameOf(chunk), chunk.tally);
    if (this.#file !== null) appendFileSync(this.#file, `${JSON.stringify(chunk)}\n`);
  }
}

function parseChunk(line: string): Chunk | null {
  if (line === "") return null;
  try {
    const chunk = JSON.parse(line) as Partial<Chunk>;
    return typeof chunk.key === "string" && typeof chunk.tally === "object" && chunk.tally !== null
      ? (chunk as Chunk)
      : null;
  } catch {
    return null;
  }
}
