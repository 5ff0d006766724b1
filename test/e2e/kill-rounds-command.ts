import { parseArgs } from "node:util";
import { CommandError, parseOrExplain, runCommand, wholeOption } from "../../cli/terminal/command-line.ts";
import { count } from "../../cli/terminal/figures.ts";
import { killRounds } from "./kill-rounds.ts";

/** `npm run kill-rounds`: the stack on disk, killed with -9 while it works. */

const HELP = `Starts the whole stack on disk on a line that fails, lets three writers and two clients work, kills it with -9 and starts it again,
round after round, and then compares what was promised with what there is.

  npm run kill-rounds -- [--rounds N (20)] [--seed N (1)] [--json]

A round takes about ten seconds.
`;

async function main(): Promise<void> {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        rounds: { type: "string", default: "20" },
        seed: { type: "string", default: "1" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }),
  );
  if (values.help) {
    console.log(HELP);
    return;
  }
  const rounds = wholeOption("rounds", values.rounds, { min: 1, max: 10_000 });
  const onRound = (round: number, trades: number) =>
    console.error(`round ${round} of ${rounds}: ${count(trades)} trades counted`);
  const report = await killRounds({ seed: values.seed, rounds, share: 0.05, onRound });
  const { trades, asked, faults, events } = report;
  if (values.json) console.log(JSON.stringify(report));
  else {
    const done = asked.filter((one) => one.outcome === "done").length;
    console.log(
      `${rounds} kills, ${count(trades)} trades, ${count(asked.length)} requests (${count(done)} done), ${count(events)} events`,
    );
    for (const fault of faults) console.log(`  ${fault}`);
  }
  if (faults.length > 0) throw new CommandError(`${faults.length} promises were not kept`);
}

await runCommand("kill-rounds", main);
