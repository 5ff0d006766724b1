import { count, decimal, duration } from "./figures.ts";

/** A progress bar on a terminal, a plain line now and then elsewhere; always on standard error, so that data stays clean. */
export type Progress = {
  /** @param done  items so far */
  to(done: number): void;
  /** a line above the bar */
  say(text: string): void;
  /** takes the bar away */
  end(): void;
};

const REDRAW_MS = 100;
/** Between plain lines, and as a share of the time passed: a long run tells less often. */
const PLAIN = { ms: 5000, share: 0.1 };
const BAR_CELLS = 24;

export function makeProgress(options: {
  total: number;
  unit: string;
  stream?: NodeJS.WriteStream;
  now?: () => number;
}): Progress {
  const stream = options.stream ?? process.stderr;
  const now = options.now ?? (() => performance.now());
  const startedAt = now();
  let drawnAt = Number.NEGATIVE_INFINITY;
  let printedAt = startedAt;
  let done = 0;

  const rate = () => (1000 * done) / Math.max(1, now() - startedAt);
  const words = () => {
    const left = done > 0 && done < options.total ? `, ${duration((options.total - done) / (rate() / 1000))} left` : "";
    const speed =
      rate() < 0.1 ? `${decimal(60 * rate(), 1)}/min` : `${rate() < 10 ? decimal(rate(), 1) : count(rate())}/s`;
    return `${count(done)} of ${count(options.total)} ${options.unit}, ${speed}${left}`;
  };
  const clear = () => stream.isTTY && stream.write("\r\u001b[2K");
  const draw = () => {
    const filled = options.total > 0 ? Math.round((BAR_CELLS * done) / options.total) : BAR_CELLS;
    const bar = `${"█".repeat(filled)}${"░".repeat(BAR_CELLS - filled)} ${words()}`;
    // A bar that wraps could not be redrawn in place.
    clear();
    stream.write(bar.slice(0, Math.max(10, (stream.columns ?? 80) - 1)));
    drawnAt = now();
  };
  return {
    to: (items) => {
      done = items;
      if (stream.isTTY) {
        if (now() - drawnAt >= REDRAW_MS || done >= options.total) draw();
      } else if (now() - printedAt >= Math.max(PLAIN.ms, PLAIN.share * (now() - startedAt))) {
        printedAt = now();
        stream.write(`${words()}\n`);
      }
    },
    say: (text) => {
      clear();
      stream.write(`${text}\n`);
      if (stream.isTTY && done < options.total) draw();
    },
    end: () => void clear(),
  };
}
