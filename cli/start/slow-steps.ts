import type { Steps } from "../../local/stack.ts";
import { decimal } from "../terminal/figures.ts";

/** A start that takes no longer than this says nothing on the way. */
const PATIENCE_MS = 3000;

/** A line a step, once a start takes longer than one likes to wait without a word. */
export function slowSteps(say: (line: string) => void): Steps & { stop(): void } {
  const startedAt = performance.now();
  const under = new Set<string>();
  const after = () => `${decimal((performance.now() - startedAt) / 1000, 1).padStart(6)} s`;
  let slow = false;
  const timer = setTimeout(() => {
    slow = true;
    for (const step of under) say(`${after()}  ${step} …`);
  }, PATIENCE_MS);
  return {
    began: (step) => {
      under.add(step);
      if (slow) say(`${after()}  ${step} …`);
    },
    ended: (step) => {
      under.delete(step);
      if (slow) say(`${after()}  ${step}: done`);
    },
    stop: () => clearTimeout(timer),
  };
}
