/** Wakes everyone who waits at once; counts its calls, so that one just before a wait is not missed. */
export type WakeUp = {
  wakeAll(): void;
  count(): number;
  /** Ends at the next call, at once if one came after the count `since`, or after `ms`. */
  wait(options: { since: number; ms: number }): Promise<void>;
};

/** @param stopping  when it aborts, all are woken for the last time */
export function makeWakeUp(stopping: AbortSignal): WakeUp {
  let calls = 0;
  let sleepers: (() => void)[] = [];
  const wakeAll = () => {
    calls++;
    for (const wake of sleepers.splice(0)) wake();
  };
  stopping.addEventListener("abort", wakeAll);
  return {
    wakeAll,
    count: () => calls,
    wait: ({ since, ms }) => {
      if (calls !== since) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(wake, Math.max(0, Math.min(ms, 2 ** 31 - 1)));
        function wake() {
          clearTimeout(timer);
          sleepers = sleepers.filter((sleeper) => sleeper !== wake);
          resolve();
        }
        sleepers.push(wake);
      });
    },
  };
}
