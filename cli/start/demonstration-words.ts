import type { LookPointAnswer } from "../../shared/api/contract/evaluation.ts";
import type { StatusAnswer } from "../../shared/api/contract/status.ts";
import { styled } from "../terminal/command-line.ts";
import { count, decimal, money, points } from "../terminal/figures.ts";
import { gateWords } from "../terminal/gate-words.ts";
import { wrap } from "../terminal/wrap.ts";

/** How the demonstration speaks: short lines with figures, or one JSON object a line. */

export type Kind =
  | "title"
  | "note"
  | "progress"
  | "look"
  | "promotion"
  | "degradation"
  | "rollback"
  | "alert"
  | "event";

export type Printer = (kind: Kind, text: string, data?: Record<string, unknown>) => void;

const marks: Readonly<Record<Kind, string>> = {
  title: "",
  note: "  ",
  progress: "  · ",
  look: "  ? ",
  promotion: "  ▲ ",
  degradation: "  ! ",
  rollback: "  ▼ ",
  alert: "  ✉ ",
  event: "  · ",
};

const colours: Partial<Record<Kind, Parameters<typeof styled>[0]>> = {
  title: "bold",
  progress: "dim",
  promotion: "green",
  degradation: "yellow",
  rollback: ["red", "bold"],
  alert: "cyan",
};

/** @param write  takes whole lines */
export function makePrinter(options: { json: boolean; write: (line: string) => void }): Printer {
  return (kind, text, data = {}) => {
    if (options.json) return options.write(JSON.stringify({ event: "demonstration", kind, text, ...data }));
    if (kind === "title") options.write("");
    const [first, ...rest] = wrap(text, { indent: marks[kind].length, width: 80 });
    const lines = [`${marks[kind]}${first!.trimStart()}`, ...rest];
    const colour = colours[kind];
    for (const line of lines) options.write(colour ? styled(colour, line) : line);
  };
}

/** How far everybody is, while trades come in. */
export function progressText(status: StatusAnswer, signals: number): string {
  const { champion } = status;
  const models = [...(champion ? [champion] : []), ...status.challengers];
  const figures = models.map((m) => `${m.model_name} ${money(m.metrics?.mean_pnl, 0)}`);
  return `${count(signals)} signals; mean PnL a trade: ${figures.join(", ")}`;
}

/** Printed once, before the first look: how to read the lines of a look. */
export const lookLegend =
  "How to read a look: mean difference a signal; how sure it is (z) at three time scales, so that a short regime cannot " +
  "pass for skill, and the bounds it must clear; the score, of which 70 are needed.";

/** A look's verdict with the numbers it rests on, on one line. */
export function lookText(model: string, look: LookPointAnswer): string {
  const { mean, sharpe } = look.routes;
  const [route, name] = !mean.clears && sharpe.clears ? [sharpe, "Sharpe "] : [mean, ""];
  const scales = [route.hac, route.blocks, route.tenths];
  const z = scales.map((s) => decimal(s.z, 1)).join("/");
  const bounds = scales.map((s) => decimal(s.boundary, 1)).join("/");
  const estimate = name === "" ? money(route.estimate) : decimal(route.estimate);
  return `${count(look.n)}: ${model.padEnd(11)} ${name}${estimate}, z ${z} of ${bounds}, score ${points(look.score)}: ${verdictWords(look)}`;
}

function verdictWords({ verdict, blocking }: LookPointAnswer): string {
  const words: Record<LookPointAnswer["verdict"], string> = {
    approve: "approved",
    reject: "rejected",
    retire: "retired",
    "manual-review": "a person must decide",
    "not-yet": "not yet",
    "no-data": "no data",
  };
  const why = blocking === null || blocking === "statistical" ? "" : ` (${gateWords(blocking)})`;
  return `${words[verdict]}${why}`;
}

export function lastLines(api: string, options: { quarantined: string }): string[] {
  return [
    "The stack goes on running; look around, for example:",
    `  npm run watch${api.endsWith(":8000") ? "" : ` -- --url ${api}`}`,
    `  curl ${api}/shadow/status`,
    `  curl ${api}/shadow/comparison/${options.quarantined}`,
    `  curl "${api}/shadow/history?limit=5"`,
    `  curl ${api}/shadow/allocation`,
    `  curl -X POST ${api}/shadow/deploy -d '{"model_name":"${options.quarantined}","model_type":"lightgbm","version":"2"}'`,
    `  npm run replay -- docs/sample-trades.csv --own`,
  ];
}
