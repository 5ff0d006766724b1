import tab from "@bomb.sh/tab/commander";
import { CommanderError } from "commander";
import { runCommand, UsageError } from "./terminal/command-line.ts";
import { entryOf } from "./understudy/entries.ts";
import { buildProgram } from "./understudy/program.ts";

/** `understudy`: one command for everything a person does with a stack. */

const [name, ...rest] = process.argv.slice(2);
const entry = entryOf(name);

if (entry && name !== undefined) {
  // A command with an entry file of its own reads its own arguments.
  process.argv = [process.argv[0]!, process.argv[1]!, ...(entry.with ?? []), ...rest];
  await import(new URL(`./${entry.file ?? entry.name}.ts`, import.meta.url).href);
} else {
  await runCommand("understudy", async (signal) => {
    try {
      const program = buildProgram(signal);
      tab(program);
      await program.parseAsync();
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      // Help and version end this way, too. What is wrong, the parser has printed.
      process.exitCode = error.exitCode === 0 ? 0 : new UsageError("").exitCode;
    }
  });
}
