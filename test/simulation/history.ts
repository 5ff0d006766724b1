import { HISTORY_SIGNALS, Life, type Origin } from "./life.ts";
import { onVirtualMachine } from "./virtual-machine.ts";

/** The calm beginning that many lives share: three models and 480 signals, played once and copied. */

let played: Promise<Origin> | null = null;

export function history(): Promise<Origin> {
  played ??= play();
  return played;
}

async function play(): Promise<Origin> {
  const seed = "history";
  const plan = {
    seed,
    rates: new Map(),
    signals: HISTORY_SIGNALS,
    veteran: false,
    live: false,
    inOrder: true,
    people: 0,
    requests: 0,
    faultsMax: 0,
  };
  const life = new Life(plan, null, {});
  await onVirtualMachine(life.scheduler, seed, () => life.live());
  if (life.watcher.violations.length > 0)
    throw new Error(`the calm beginning is not calm: ${JSON.stringify(life.watcher.violations)}`);
  const { truth, watcher, cloud, scheduler } = life;
  return { tables: [cloud.table("trades"), cloud.table("state")], truth, watcher, now: scheduler.now };
}
