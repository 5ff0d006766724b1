import { createInterface } from "node:readline/promises";
import { CommandError, UsageError } from "../terminal/command-line.ts";

/** Asks before something happens to real money. */

/**
 * @param options.yes  said on the command line already
 * @throws UsageError where nobody can be asked
 * @throws CommandError when the answer is anything but yes
 */
export async function confirm(question: string, options: { yes?: boolean; signal: AbortSignal }): Promise<void> {
  if (options.yes) return;
  if (!process.stdin.isTTY) throw new UsageError("nobody is there to be asked: --yes says that you mean it");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: options.signal });
    if (!/^(y|yes)$/i.test(answer.trim())) throw new CommandError("nothing was changed");
  } finally {
    lines.close();
  }
}
