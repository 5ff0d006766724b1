import { Command } from "commander";
import { exitCodes, switchColoursOff } from "../terminal/command-line.ts";
import { addChanges } from "./changes.ts";
import { entries } from "./entries.ts";
import { helpBelow } from "./examples.ts";
import { addReadings } from "./readings.ts";

/** The tree of commands: what can be said, and in which words. */

const examples = `
Examples:
  understudy status
  understudy why momentum-v2
  understudy compare momentum-v2 --assert approved && echo "go"
  understudy rollback --reason "losses since the open" --dry-run
  AWS_PROFILE=trading understudy status --stage prod --region eu-central-1
  source <(understudy complete bash)

Exit codes: 0 done; 1 refused or not reachable; 2 wrong arguments; 3 --assert does not hold; 130 Ctrl-C.`;

export function buildProgram(signal: AbortSignal): Command {
  const program = new Command("understudy")
    .description("Champion and challengers of a stack: who trades, who is proved better, and why.")
    .option("--url <address>", "the API (default: http://127.0.0.1:8000)")
    .option("--stage <name>", "a deployed stage instead; signed with your AWS credentials")
    .option("--region <name>", "of a stage whose file leaves it open (AWS_REGION)")
    .option("--json", "one JSON document on standard output")
    .option("--no-color", "no colours (NO_COLOR is respected, too)")
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(understudy --help)")
    .addHelpText("after", examples)
    .hook("preAction", (root) => {
      if (root.opts<{ color: boolean }>().color === false) switchColoursOff();
    })
    .exitOverride();
  addReadings(program, signal);
  addChanges(program, signal);
  for (const command of program.commands) command.addHelpText("after", helpBelow(command.name(), exitCodes));
  for (const { name, summary } of entries) program.command(name).description(summary);
  return program;
}
