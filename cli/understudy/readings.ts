import { type Command, InvalidArgumentError, Option } from "commander";
import { type EventType, priorityOf } from "../../shared/domain/event.ts";
import { CommandError } from "../terminal/command-line.ts";
import { contextOf } from "./command-context.ts";
import { compareText } from "./compare-text.ts";
import { print } from "./output.ts";
import { historyText, reportText } from "./report-text.ts";
import { statusText } from "./status-text.ts";
import { whyText } from "./why-text.ts";

/** Commands that only look. */

const NOT_ASSERTED = 3;
const eventTypes = Object.keys(priorityOf) as EventType[];
const verdictOf = { approved: "approve", "manual-review": "manual-review", rejected: "reject" } as const;

export function addReadings(program: Command, signal: AbortSignal): void {
  program
    .command("status")
    .description("roles, figures, and what happens next")
    .action(async (_options, command: Command) => {
      const { api, json } = await contextOf(command, signal);
      const [status, health] = await Promise.all([api.status(), api.health()]);
      print({ status, health }, { json, text: () => statusText(status, health) });
    });
  program
    .command("compare")
    .description("one challenger against the champion, on the same signals")
    .argument("<model>")
    .addOption(
      new Option("--assert <verdict>", "exit with 3 unless the latest look says so").choices(Object.keys(verdictOf)),
    )
    .action(async (model: string, { assert }: { assert?: keyof typeof verdictOf }, command: Command) => {
      const { api, json } = await contextOf(command, signal);
      const comparison = await api.comparison(model);
      if (!comparison) throw new CommandError(`no look ever compared ${model} with a champion, or it is not deployed`);
      print(comparison, { json, text: compareText });
      const verdict = comparison.last_look?.decision.verdict ?? null;
      if (assert === undefined || verdict === verdictOf[assert]) return;
      const said = verdict === null ? "no look was taken yet" : `the latest look says ${verdict}`;
      throw new CommandError(`${model} is not ${assert}: ${said}`, { exitCode: NOT_ASSERTED });
    });
  program
    .command("why")
    .description("the decision about a model as a short story")
    .argument("<model>")
    .action(async (model: string, _options, command: Command) => {
      const { api, json } = await contextOf(command, signal);
      const [status, comparison, history] = await Promise.all([
        api.status(),
        api.comparison(model),
        api.history({ limit: 200, model }),
      ]);
      const events = history.events.reverse();
      if (!comparison && events.length === 0) throw new CommandError(`nothing is known about a model ${model}`);
      print({ model, status, comparison, events }, { json, text: whyText });
    });
  addHistory(program, signal);
}

function addHistory(program: Command, signal: AbortSignal): void {
  program
    .command("history")
    .description("what happened, newest first")
    .option("-n, --limit <n>", "events", wholeFrom1To200, 20)
    .addOption(new Option("--type <type>", "only these").choices(eventTypes))
    .option("--model <name>", "only about this model")
    .option("--cursor <text>", "where the page before ended")
    .action(async (options: { limit: number; type?: EventType; model?: string; cursor?: string }, command: Command) => {
      const { api, json } = await contextOf(command, signal);
      const page = await api.history({ ...options, cursor: options.cursor ?? null });
      const more = page.cursor === null ? "" : `\nMore: --cursor ${page.cursor}`;
      print(page, { json, text: ({ events }) => historyText(events) + more });
    });
  program
    .command("report")
    .description("the success criteria of a period, measured")
    .option("--from <date>", "ISO-8601; of wall-clock time")
    .option("--to <date>", "ISO-8601")
    .action(async ({ from, to }: { from?: string; to?: string }, command: Command) => {
      const { api, json } = await contextOf(command, signal);
      print(await api.report({ ...(from && { from }), ...(to && { to }) }), { json, text: reportText });
    });
  program
    .command("health")
    .description("whether it lives; exits with 1 when it does not")
    .action(async (_options, command: Command) => {
      const { api, json } = await contextOf(command, signal);
      const health = await api.health();
      print(health, { json, text: (h) => (h.healthy ? "healthy" : h.problems.join("\n")) });
      if (!health.healthy) process.exitCode = 1;
    });
}

function wholeFrom1To200(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 200)
    throw new InvalidArgumentError("It is a whole number from 1 to 200.");
  return value;
}
