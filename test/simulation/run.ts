import { parseArgs } from "node:util";
import { CommandError, parseOrExplain, runCommand, UsageError, wholeOption } from "../../cli/terminal/command-line.ts";
import { count } from "../../cli/terminal/figures.ts";
import { makeProgress } from "../../cli/terminal/progress.ts";
import { allFaultKinds, type FaultKind, faultKinds } from "./faults.ts";
import type { LifeResult, Mutant } from "./life.ts";
import { playLife, playLives, type Summary } from "./many-lives.ts";
import { mutants } from "./mutants.ts";
import type { Overrides } from "./plan.ts";
import { optionsOf, shrink } from "./shrink.ts";

/** `npm run simulate`: whole lives of the product under faults, each from a seed. */

const HELP = `Plays whole lives of the system on an emulated DynamoDB, under a seeded scheduler and a virtual clock, with faults of every kind,
and checks every invariant after every step. A life that goes wrong is made smaller and can be played again.

  npm run simulate -- [options]

  --lives N            lives to play                                  (100)
  --seed N             seed of the first one; the next has N+1        (1)
  --without KIND,…     kinds of faults to leave out
  --signals N          at most so many signals a model
  --people N           at most so many people who ask for changes
  --requests N         at most so many requests of each
  --faults-max N       after so many faults nothing goes wrong any more
  --mutant NAME        put a known fault into the product first
  --no-shrink          show what went wrong as it is
  --json               counts and failures as JSON
  --help

Kinds of faults: ${allFaultKinds.join(", ")}
Mutants: ${Object.keys(mutants).join(", ")}

Examples
  npm run simulate -- --lives 10000
  npm run simulate -- --seed 4711 --lives 1
`;

type Options = {
  lives: number;
  seed: number;
  overrides: Overrides;
  mutant: Mutant;
  mutantName: string | undefined;
  shrink: boolean;
  json: boolean;
};

function readOptions(): Options | "help" {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        lives: text,
        seed: text,
        without: text,
        signals: text,
        people: text,
        requests: text,
        "faults-max": text,
        mutant: text,
        "no-shrink": flag,
        json: flag,
        help: flag,
      },
    }),
  );
  if (values.help) return "help";
  const whole = (name: "lives" | "seed" | "signals" | "people" | "requests" | "faults-max", min: number) =>
    values[name] === undefined ? undefined : wholeOption(name, values[name], { min, max: 1e9 });
  const without = (values.without?.split(",") ?? []) as FaultKind[];
  const unknown = without.find((kind) => !allFaultKinds.includes(kind));
  if (unknown) throw new UsageError(`--without: no such kind: ${unknown}`);
  if (values.mutant !== undefined && !mutants[values.mutant])
    throw new UsageError(`--mutant: no such mutant: ${values.mutant}`);
  const overrides = {
    without,
    signals: whole("signals", 1),
    people: whole("people", 0),
    requests: whole("requests", 0),
    faultsMax: whole("faults-max", 0),
  };
  const mutant = values.mutant === undefined ? {} : mutants[values.mutant]!.mutant;
  return {
    lives: whole("lives", 1) ?? 100,
    seed: whole("seed", 0) ?? 1,
    overrides,
    mutant,
    mutantName: values.mutant,
    shrink: !values["no-shrink"],
    json: values.json,
  };
}

async function main(signal: AbortSignal): Promise<void> {
  const options = readOptions();
  if (options === "help") {
    console.log(HELP);
    return;
  }
  const { lives, seed, overrides, mutant } = options;
  const progress = makeProgress({ total: lives, unit: "lives" });
  const startedAt = performance.now();
  const summary = await playLives({
    from: seed,
    lives,
    overrides,
    mutant,
    onLife: (result, done) => {
      progress.to(done);
      if (result.violations.length > 0) progress.say(`seed ${result.seed}: ${describe(result)}`);
      return !signal.aborted;
    },
  });
  progress.end();
  const seconds = (performance.now() - startedAt) / 1000;
  const commands = [];
  for (const failed of summary.failed.slice(0, 3)) commands.push(await explain(failed, options));
  if (options.json) console.log(JSON.stringify({ ...summary, seed, seconds, commands }));
  else print(summary, { seconds, commands });
  if (summary.failed.length > 0)
    throw new CommandError(`${count(summary.failed.length)} of ${count(summary.lives)} lives went wrong`);
}

const describe = ({ violations }: LifeResult) =>
  violations
    .map((v) => `invariant ${v.invariant} at step ${v.step}: ${v.what}`)
    .slice(0, 3)
    .join("; ");

/** What went wrong, in the smallest life that shows it, and the command that plays that one again. */
async function explain(failed: LifeResult, options: Options): Promise<string> {
  const { overrides, mutant, mutantName, shrink: wanted } = options;
  const play = (tried: Overrides) => playLife(failed.seed, tried, mutant);
  const found = wanted ? await shrink(play, failed, overrides) : { overrides, result: failed };
  const again = optionsOf(failed.seed, found.overrides, mutantName);
  return `npm run simulate -- --lives 1 ${again}\n    ${describe(found.result)}`;
}

function print(summary: Summary, { seconds, commands }: { seconds: number; commands: readonly string[] }): void {
  console.log(
    `${count(summary.lives)} lives, ${count(summary.steps)} steps, ${count(summary.trades)} trades, ${count(summary.looks)} looks in ${count(seconds)} s`,
  );
  for (const kind of allFaultKinds)
    console.log(`${String(summary.faults[kind]).padStart(9)}  ${kind}: ${faultKinds[kind]}`);
  const events = Object.entries(summary.events).sort((a, b) => b[1] - a[1]);
  console.log(`What happened: ${events.map(([type, n]) => `${type} ${count(n)}`).join(", ")}`);
  for (const command of commands) console.log(`\nplay it again: ${command}`);
}

await runCommand("simulate", main);
