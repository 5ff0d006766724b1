import { parseArgs } from "node:util";
import type { TargetOptions } from "../client/stack-target.ts";
import { exitCodes, parseOrExplain, UsageError, urlOption, wholeOption } from "../terminal/command-line.ts";
import { type ColumnMap, delimiterOption, fieldNames, parseColumnMap } from "../trade-file/columns.ts";

export type ReplayOptions = TargetOptions & {
  file: string;
  map: ColumnMap;
  /** null: the one the file's first line is divided by */
  delimiter: string | null;
  champion: string | undefined;
  chunk: number;
  anyway: boolean;
  /** automatic action stands still until all is in */
  pause: boolean;
  json: boolean;
  noColor: boolean;
};

export const help = `Sends the trades of a CSV file through the stack and reports what it decided.

  npm run replay -- FILE.csv [options]

  --own                start a stack for this replay and stop it at the end; also
                       what happens when nothing answers at the default address
  --url ADDRESS        the running stack's API (default http://127.0.0.1:8000)
  --dynamodb ADDRESS   its DynamoDB (default: the API's port + 1; for a deployed
                       API the DynamoDB of your AWS account)
  --table NAME         the trades table (default understudy-local-trades)
  --map OURS=THEIRS,…  columns under other names; THEIRS may join columns with +
  --delimiter CHAR     between columns ("tab" for tabs; default: the one
                       the first line is divided by)
  --champion NAME      which model is champion at the beginning (default: the first
                       one with executed trades, else the first one)
  --chunk ROWS         rows sent before waiting for the ledgers (default 1000)
  --pause              nothing automatic happens until the whole file is in; then
                       what is due is taken up as of its own trade time
  --anyway             go on although the stack's champion is not in the file
  --json               the report as one JSON document
  --no-color           no colours (NO_COLOR is respected, too)
  --help

Fields: ${fieldNames.slice(0, 6).join(", ")},
        ${fieldNames.slice(6).join(", ")}
Needed are trade_id, model_name, closed_at and pnl; trades of different models
with one signal_id are a pair, and only pairs are evidence. side is 1, -1 or 0
(0: the model abstained). Replaying a file again counts nothing twice.

${exitCodes}

Examples
  npm run replay -- trades.csv
  npm run replay -- trades.csv --own --json > report.json
  npm run replay -- log.csv --map trade_id=id,pnl=profit,closed_at=exit_time
  npm run replay -- log.csv --map "signal_id=pair+entry_time"
`;

/**
 * @returns null when help was asked for
 * @throws UsageError for arguments that make no sense
 */
export function parseReplayOptions(args: readonly string[]): ReplayOptions | null {
  const { values, positionals } = parseOrExplain(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        own: { type: "boolean", default: false },
        url: { type: "string" },
        dynamodb: { type: "string" },
        table: { type: "string" },
        map: { type: "string", multiple: true, default: [] },
        delimiter: { type: "string" },
        champion: { type: "string" },
        chunk: { type: "string", default: "1000" },
        anyway: { type: "boolean", default: false },
        pause: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        "no-color": { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }),
  );
  if (values.help) return null;
  const [file, ...rest] = positionals;
  if (file === undefined) throw new UsageError("which file? npm run replay -- FILE.csv");
  if (rest.length > 0) throw new UsageError(`one file at a time: ${rest.join(" ")} is too many`);
  if (values.own && (values.url ?? values.dynamodb) !== undefined) {
    throw new UsageError("--own starts a stack of its own, so --url and --dynamodb make no sense with it");
  }
  const delimiter = delimiterOption(values.delimiter);
  return {
    file,
    map: parseColumnMap(values.map),
    delimiter,
    champion: values.champion,
    chunk: wholeOption("chunk", values.chunk, { min: 25, max: 100_000 }),
    own: values.own,
    url: values.url === undefined ? undefined : urlOption("url", values.url),
    dynamodb: values.dynamodb === undefined ? undefined : urlOption("dynamodb", values.dynamodb),
    table: values.table,
    anyway: values.anyway,
    pause: values.pause,
    json: values.json,
    noColor: values["no-color"],
  };
}
