import { styleText } from "node:util";
import { plainLines } from "../../shared/domain/plain-text.ts";

/** What every command of ours does alike: one-line errors, exit codes, Ctrl-C, colours. */

/** A failure the person at the keyboard can act on; its message is one line and is shown without a stack trace. */
export class CommandError extends Error {
  override name = "CommandError";
  readonly exitCode: number;

  constructor(message: string, options: { exitCode?: number } = {}) {
    super(message);
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Wrong arguments: exit code 2. */
export class UsageError extends CommandError {
  override name = "UsageError";

  constructor(message: string) {
    super(message, { exitCode: 2 });
  }
}

/** Disk full, no such directory, access denied: one line, as the system says it. @returns what is to be thrown on */
export function asTheSystemSays(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof CommandError) return error;
  signal.throwIfAborted();
  const { code, message } = error as NodeJS.ErrnoException;
  return code || (error as { $metadata?: unknown }).$metadata ? new CommandError(message) : error;
}

/** A line of every command's help; what else one ends with it says beside it. */
export const exitCodes = "Exit codes: 0 done, 1 refused or failed, 2 wrong arguments, 130 Ctrl-C.";

/** Exit code of a command that Ctrl-C ended, as shells expect it. */
const INTERRUPTED = 130;

/**
 * Runs a command to its end and sets the exit code. The first Ctrl-C asks it to stop, the second one ends it.
 * @param name  as the person called it, e.g. "replay"
 */
export async function runCommand(name: string, main: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  const stop = () => {
    if (stopping.signal.aborted) process.exit(INTERRUPTED);
    stopping.abort(new CommandError("interrupted", { exitCode: INTERRUPTED }));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const orphaned = watchParent(() => stop());
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  try {
    await main(stopping.signal);
    if (stopping.signal.aborted) process.exitCode = INTERRUPTED;
  } catch (error) {
    process.exitCode = report(name, error, stopping.signal);
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    clearInterval(orphaned);
  }
}

const PARENT_CHECK_MS = 250;

/**
 * npm runs a command through a shell, and a shell that is ended (by systemd, Docker, `timeout`) passes the signal on to nobody: the
 * command would live on and hold its ports. So under npm the parent's end counts as a request to stop. Started directly, a command may
 * outlive its parent, as with nohup.
 */
function watchParent(onEnded: () => void): NodeJS.Timeout | undefined {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onEnded();
  }, PARENT_CHECK_MS);
  return timer.unref();
}

function report(name: string, error: unknown, signal: AbortSignal): number {
  const known = error instanceof CommandError ? error : null;
  if (signal.aborted && (known === null || known === signal.reason)) return INTERRUPTED;
  if (known) {
    const hint = known instanceof UsageError ? ` (npm run ${name} -- --help)` : "";
    process.stderr.write(`${name}: ${plainLines(known.message)}${hint}\n`);
    return known.exitCode;
  }
  // Errors of the local stack are meant for people, too; everything else is a fault of ours.
  const foreign = error instanceof Error ? error : new Error(String(error));
  const text = foreign.name === "StackError" ? foreign.message : (foreign.stack ?? foreign.message);
  process.stderr.write(`${name}: ${plainLines(text)}\n`);
  return 1;
}

/** What `parseArgs` complains about, as a usage error. */
export function parseOrExplain<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message.split(". ")[0]!);
    throw error;
  }
}

/** A whole number given on the command line. */
export function wholeOption(name: string, text: string, options: { min: number; max: number }): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < options.min || value > options.max) {
    throw new UsageError(`--${name} must be a whole number from ${options.min} to ${options.max}, not "${text}"`);
  }
  return value;
}

/** The address of an API given on the command line, without a trailing slash. */
export function urlOption(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--${name} must be an address such as http://127.0.0.1:8000, not "${text}"`);
  }
  return text.replace(/\/+$/, "");
}

/** `--no-color` for everything that looks at NO_COLOR, this process's libraries included; call it before they are loaded. */
export function switchColoursOff(): void {
  delete process.env.FORCE_COLOR;
  process.env.NO_COLOR = "1";
}

type Style = Parameters<typeof styleText>[0];

/** Styled text when the stream is a terminal that wants colours, plain text otherwise. */
export function styled(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream, validateStream: true });
}
