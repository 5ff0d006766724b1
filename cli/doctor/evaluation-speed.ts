import { decide } from "../../shared/domain/decide.ts";
import { evaluate } from "../../shared/domain/evaluate.ts";
import { parseSettings } from "../../shared/domain/settings.ts";
import { createPrng } from "../../shared/stats/numeric/prng.ts";

/** How long a look takes on this machine: all tests, scales and gates of 500 pairs with the default number of resamples. */

const PAIRS = 500;
/** The first run is compiled code's first; of the others the median counts. */
const RUNS = 7;

/** @returns ms of the evaluation, and of evaluation and decision */
export function timeLook(): { testsMs: number; decisionMs: number } {
  const prng = createPrng("doctor");
  const champion = new Float64Array(PAIRS);
  const challenger = new Float64Array(PAIRS);
  for (let i = 0; i < PAIRS; i++) {
    const shared = Math.sqrt(0.7) * prng.normal();
    champion[i] = 50 + 120 * (shared + Math.sqrt(0.3) * prng.normal());
    // Better by enough to be proved, so that the resampling of the drawdown is in the figure, too.
    challenger[i] = 90 + 120 * (shared + Math.sqrt(0.3) * prng.normal());
  }
  const took = new Uint8Array(PAIRS).fill(1);
  const settings = parseSettings({});
  const times = Array.from({ length: RUNS }, (_, i) => {
    const startedAt = performance.now();
    const evaluation = evaluate({
      rows: { kind: "paired", champion, challenger, championTook: took, challengerTook: took },
      coverage: { both: PAIRS, missing: 0, championOnMissing: new Float64Array(0) },
      design: "paired",
      overlap: 1,
      trials: 3,
      slots: 3,
      seed: `doctor-${i}`,
      settings,
    });
    const testsMs = performance.now() - startedAt;
    decide(evaluation, settings);
    return { testsMs, decisionMs: performance.now() - startedAt };
  });
  const median = (of: (time: (typeof times)[number]) => number) => times.map(of).sort((a, b) => a - b)[RUNS >> 1]!;
  return { testsMs: median((t) => t.testsMs), decisionMs: median((t) => t.decisionMs) };
}
