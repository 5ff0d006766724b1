import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { exitCodes, parseOrExplain, UsageError, wholeOption } from "../terminal/command-line.ts";
import { type ColumnMap, delimiterOption, parseColumnMap } from "../trade-file/columns.ts";

export type OwnOptions = {
  file: string;
  model: string | undefined;
  map: ColumnMap;
  /** null: the one the file's first line is divided by */
  delimiter: string | null;
  correlation: number | undefined;
  block: number | undefined;
  better: number[];
};

export type CalibrateOptions = {
  scenarios: string[];
  lives: number | undefined;
  quick: boolean;
  seed: string;
  workers: number;
  out: string | null;
  list: boolean;
  json: boolean;
  noColor: boolean;
  own: OwnOptions | null;
};

export const help = `Simulates whole lives of challengers through the decision code that runs in production, and
prints how often it errs and how long it takes, with standard errors.

  npm run calibrate -- [options]

  --scenario A,B     scenarios or groups by name (default: all; see --list)
  --lives N          lives per scenario (default: those of the committed tables)
  --quick            a few scenarios of every kind, at most three minutes, and a verdict
                     in words; with --trades a tenth of the lives
  --seed TEXT        same seed, same table, whatever the number of workers (default 1)
  --workers N        threads (default: all cores)
  --out DIR          keep finished pieces in DIR/chunks.jsonl and write the tables
                     there; the same command goes on after Ctrl-C
  --list             what can be simulated
  --json             one JSON document instead of tables
  --no-color         no colours (NO_COLOR is respected, too)
  --help

With your own trades: how often would Understudy promote a challenger that is not better than
YOUR champion, and how long would it need for one that is? Writes a certificate (Markdown, JSON
and plots) to --out (default: calibration-certificate).

  --trades FILE.csv  closed trades; columns as for npm run replay
  --model NAME       whose trades (default: the first model with executed trades)
  --map OURS=THEIRS  columns under other names; THEIRS may join columns with +
  --delimiter CHAR   between columns ("tab" for tabs; default: the one the first line is divided by)
  --correlation R    of challenger and champion, -1 < R < 1 (default: measured when the
                     file holds other models on the same signals, else 0.5)
  --block N          trades per resampled block (default: Politis and White's length)
  --better 10,20,50  also test challengers that earn that many % more

The SHADOW_* settings of the environment are respected in both.

${exitCodes}

Examples
  npm run calibrate -- --quick
  npm run calibrate -- --scenario mix-7,t3-7 --lives 2000
  npm run calibrate -- --scenario power --out tables --workers 4
  npm run calibrate -- --trades trades.csv --model momentum --better 20,50
`;

function correlationOption(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^-?\d*\.?\d+$/.test(text) || !(value > -1 && value < 1))
    throw new UsageError(`--correlation must lie between -1 and 1, not "${text}"`);
  return value;
}

function percentList(text: string): number[] {
  return text.split(",").map((part) => {
    const value = Number(part);
    if (!/^\d+(\.\d+)?$/.test(part.trim()) || !(value > 0 && value <= 1000))
      throw new UsageError(`--better wants percentages such as 10,20,50, not "${part}"`);
    return value;
  });
}

/**
 * @returns null when help was asked for
 * @throws UsageError for arguments that make no sense
 */
export function parseCalibrateOptions(args: readonly string[]): CalibrateOptions | null {
  const { values } = parseOrExplain(() =>
    parseArgs({
      args: [...args],
      options: {
        scenario: { type: "string", multiple: true, default: [] },
        lives: { type: "string" },
        quick: { type: "boolean", default: false },
        seed: { type: "string", default: "1" },
        workers: { type: "string" },
        out: { type: "string" },
        list: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        "no-color": { type: "boolean", default: false },
        trades: { type: "string" },
        model: { type: "string" },
        map: { type: "string", multiple: true, default: [] },
        delimiter: { type: "string" },
        correlation: { type: "string" },
        block: { type: "string" },
        better: { type: "string", default: "10,20,50" },
        help: { type: "boolean", short: "h", default: false },
      },
    }),
  );
  if (values.help) return null;
  const words = values.scenario.flatMap((text) => text.split(",")).filter((word) => word !== "");
  if (values.trades !== undefined && words.length > 0)
    throw new UsageError("--scenario names made-up scenarios, --trades resamples your own: one of them at a time");
  const delimiter = delimiterOption(values.delimiter);
  const whole = (name: "lives" | "workers" | "block", options: { min: number; max: number }) =>
    values[name] === undefined ? undefined : wholeOption(name, values[name], options);
  const own: OwnOptions | null =
    values.trades === undefined
      ? null
      : {
          file: values.trades,
          model: values.model,
          map: parseColumnMap(values.map),
          delimiter,
          correlation: correlationOption(values.correlation),
          block: whole("block", { min: 1, max: 100_000 }),
          better: percentList(values.better),
        };
  return {
    scenarios: words,
    lives: whole("lives", { min: 1, max: 10_000_000 }),
    quick: values.quick,
    seed: values.seed,
    workers: whole("workers", { min: 1, max: 256 }) ?? availableParallelism(),
    out: values.out ?? null,
    list: values.list,
    json: values.json,
    noColor: values["no-color"],
    own,
  };
}
