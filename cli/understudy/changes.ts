import { type Command, InvalidArgumentError } from "commander";
import type { RollbackAnswer } from "../../shared/api/contract/roles.ts";
import { list, plural } from "../terminal/figures.ts";
import { contextOf } from "./command-context.ts";
import { confirm } from "./confirm.ts";
import { print } from "./output.ts";

/**
 * Commands that change roles. What moves real money is asked for first, and done only while the champion is still the one
 * that was shown to the person.
 */

export function addChanges(program: Command, signal: AbortSignal): void {
  addDeploy(program, signal);
  addPromote(program, signal);
  addRollback(program, signal);
  addRetire(program, signal);
  for (const [name, doing] of [
    ["pause", "stop all automatic action; trades go on being kept"],
    ["resume", "resume automatic action"],
  ] as const)
    program
      .command(name)
      .description(doing)
      .option("--reason <text>", "kept in history and shown in the alert")
      .action(async ({ reason }: { reason?: string }, command: Command) => {
        const { api, json } = await contextOf(command, signal);
        const answer = await api[name]({ ...(reason && { reason }) });
        print(answer, { json, text: ({ paused }) => (paused ? "Paused: nothing happens by itself." : "Resumed.") });
      });
}

type Deploy = { type: string; modelVersion: string; description: string; priority: number };

function addDeploy(program: Command, signal: AbortSignal): void {
  program
    .command("deploy")
    .description("take a model in: the first becomes champion, others are challengers or wait")
    .argument("<model>", "the name the ensemble writes into its trades")
    .option("--type <text>", "for people: xgboost, lightgbm, …", "model")
    .option("--model-version <text>", "one version may enter once only", "1")
    .option("--description <text>", "for people", "")
    .option("--priority <n>", "higher leaves the queue earlier, -100 to 100", priority, 0)
    .action(async (model: string, options: Deploy, command: Command) => {
      const { api, json } = await contextOf(command, signal);
      const answer = await api.deploy({
        model_name: model,
        model_type: options.type,
        version: options.modelVersion,
        description: options.description,
        priority: options.priority,
      });
      print(answer, { json, text: ({ model_name, role }) => `${model_name} is deployed as ${role}.` });
    });
}

function addPromote(program: Command, signal: AbortSignal): void {
  program
    .command("promote")
    .description("make an approved challenger champion")
    .argument("<model>")
    .option("--force", "although the criteria do not hold; needs --reason")
    .option("--reason <text>", "kept in history and shown in the alert")
    .option("--expected-champion <name>", "do nothing when another model is champion by now (default: the present one)")
    .option("-y, --yes", "do not ask")
    .action(
      async (
        model: string,
        options: { force?: boolean; reason?: string; expectedChampion?: string; yes?: boolean },
        command: Command,
      ) => {
        const { api, json } = await contextOf(command, signal);
        const champion = options.expectedChampion ?? (await api.champion());
        const { yes = false } = options;
        await confirm(`${model} shall trade real money instead of ${champion}?`, { yes, signal });
        const answer = await api.promote(model, {
          force: options.force === true,
          expected_champion: champion,
          ...(options.reason && { reason: options.reason }),
        });
        print(answer, {
          json,
          text: (done) =>
            `${done.champion} is champion; ${done.former_champion} goes on shadowing and can be restored.`,
        });
      },
    );
}

type RollbackOptions = { reason: string; to?: string; dryRun?: boolean; expectedChampion?: string; yes?: boolean };

function addRollback(program: Command, signal: AbortSignal): void {
  program
    .command("rollback")
    .description("restore a former champion")
    .requiredOption("--reason <text>", "kept in history and shown in the alert")
    .option("--to <model>", "one of the archived champions (default: the newest)")
    .option("--dry-run", "only say what would happen")
    .option("--expected-champion <name>", "do nothing when another model is champion by now (default: the present one)")
    .option("-y, --yes", "do not ask")
    .action(async (options: RollbackOptions, command: Command) => {
      const { api, json } = await contextOf(command, signal);
      const { reason, to } = options;
      const request = {
        reason,
        expected_champion: options.expectedChampion ?? (await api.champion()),
        ...(to && { to }),
      };
      if (options.dryRun || !options.yes) {
        const rehearsal = await api.rollback({ ...request, dry_run: true });
        if (options.dryRun) return print(rehearsal, { json, text: rollbackText });
        process.stderr.write(`${rollbackText(rehearsal)}\n`);
        await confirm("Do it?", { signal });
      }
      print(await api.rollback({ ...request, dry_run: false }), { json, text: rollbackText });
    });
}

function rollbackText(answer: RollbackAnswer): string {
  if (!("dry_run" in answer)) return `${answer.restored} is champion again; ${answer.demoted} is quarantined.`;
  const restarted = answer.challengers_restarted;
  const rest = restarted.length > 0 ? ` The test of ${list(restarted)} would start anew.` : "";
  return `${answer.restored} would be champion again and ${answer.demoted} quarantined.${rest}`;
}

function addRetire(program: Command, signal: AbortSignal): void {
  program
    .command("retire")
    .description("end a challenger's test, or take a model out of the queue")
    .argument("<model>")
    .option("--reason <text>", "kept in history and shown in the alert")
    .option("-y, --yes", "do not ask")
    .action(async (model: string, { reason, yes }: { reason?: string; yes?: boolean }, command: Command) => {
      const { api, json } = await contextOf(command, signal);
      await confirm(`End the test of ${model} for good?`, { ...(yes && { yes }), signal });
      const answer = await api.retire(model, { ...(reason && { reason }) });
      const started = (names: readonly string[]) =>
        names.length > 0 ? ` ${plural(names.length, "place")} taken by ${list(names)}.` : "";
      print(answer, { json, text: (done) => `${done.retired} is retired.${started(done.started)}` });
    });
}

function priority(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || Math.abs(value) > 100)
    throw new InvalidArgumentError("It is a whole number from -100 to 100.");
  return value;
}
