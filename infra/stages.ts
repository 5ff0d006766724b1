import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { parseSettings, settingsGiven } from "../shared/domain/settings.ts";
import { type StageFile, StageFileSchema } from "./stage-file.ts";

/**
 * Stages, read from infra/ensembles: `local.json` is the laptop's, `ENSEMBLE/STAGE.json` a deployed one. A stage owns its names
 * (`understudy-ENSEMBLE-STAGE-…`), so any number of them live beside each other in one account.
 */

export type Stage = Omit<StageFile, "$schema" | "canary"> & {
  canary: boolean;
  /** Part of every name: `local`, else ENSEMBLE-STAGE. */
  id: string;
  /** For sentences and errors: the file it came from, from the project's root. */
  file: string;
};

export class StageError extends Error {
  override name = "StageError";
}

const root = join(import.meta.dirname, "..");
const shipped = join(import.meta.dirname, "ensembles");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Of this checkout. Every deployed function says which release it is of, so that `doctor` can tell. */
export const release = `Understudy ${version}`;
const BUCKET_NAME_MAX = 63;
const namePattern = /^[a-z][a-z0-9]{0,19}$/;

export type StageOptions = {
  /** as `process.env` */
  environment: Readonly<Record<string, string | undefined>>;
  /** left out: infra/ensembles */
  directory?: string | undefined;
};

/**
 * The stage that is meant, checked.
 * @param reference  ENSEMBLE/STAGE, or the stage alone where one ensemble has it, or local
 * @throws StageError in one line for a stage nobody knows or that would reach nobody, SettingsError for a value Lambda would refuse
 */
export function findStage(reference: unknown, options: StageOptions): Stage {
  const directory = options.directory ?? shipped;
  const file = locate(reference, directory);
  const stage = read(file, directory);
  const fromShell = settingsGiven(options.environment);
  const local = stage.id === "local";
  if (!local) {
    refuseShell(Object.keys(fromShell), stage);
    checkAttended(stage);
    checkNames(stage);
    checkSlack(stage, directory);
  }
  const settings = { ...stage.settings, ...fromShell };
  parseSettings(settings);
  return { ...stage, settings };
}

function locate(reference: unknown, directory: string): string {
  const files = stageFiles(directory);
  const referenceOf = (file: string) =>
    relative(directory, file)
      .replace(/\.json$/, "")
      .replaceAll("\\", "/");
  const choices = files.map(referenceOf).join(", ");
  if (typeof reference !== "string" || reference === "")
    throw new StageError(`No stage given: add -c stage=NAME with one of ${choices}`);
  const meant = files.filter((file) => referenceOf(file) === reference);
  const found = meant.length > 0 ? meant : files.filter((file) => basename(file, ".json") === reference);
  if (found.length > 1)
    throw new StageError(
      `Several ensembles have a stage "${reference}": say which of ${found.map(referenceOf).join(", ")}`,
    );
  if (!found[0]) throw new StageError(`Unknown stage "${reference}": choose one of ${choices}`);
  return found[0];
}

function stageFiles(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((e) => e.isFile() && e.name.endsWith(".json")).map((e) => join(e.parentPath, e.name));
  // The schema lies beside the ensembles, for editors.
  return paths.filter((path) => basename(path) !== "stage.schema.json").sort();
}

function read(path: string, directory: string): Stage {
  const file = relative(root, path);
  const ensemble = dirname(relative(directory, path));
  const name = basename(path, ".json");
  for (const part of ensemble === "." ? [name] : [ensemble, name])
    if (!namePattern.test(part))
      throw new StageError(`${file}: "${part}" must be a short name of lower-case letters and digits`);
  if (ensemble === "." && name !== "local")
    throw new StageError(`${file}: a deployed stage stands in its ensemble's directory`);
  const parsed = StageFileSchema.safeParse(parseJson(path, file));
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "it"}: ${issue.message}`);
    throw new StageError(`${file}: ${issues.join("; ")}`);
  }
  return { ...stageFrom(parsed.data), id: ensemble === "." ? name : `${ensemble}-${name}`, file };
}

export function stageFrom({ $schema: _, ...file }: StageFile): Omit<Stage, "id" | "file"> {
  return { ...file, canary: file.canary ?? file.protectData };
}

function parseJson(path: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new StageError(`${file} is not valid JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** A deployed stage is what its file says, whoever deploys it from whatever shell. */
function refuseShell(names: readonly string[], stage: Stage): void {
  if (names.length === 0) return;
  throw new StageError(
    `${names.join(", ")} set in this shell: a deployed stage has its settings from ${stage.file} alone (write them there, or unset them)`,
  );
}

/** Alarms and alerts that reach nobody look like health. */
function checkAttended(stage: Stage): void {
  if (stage.unattended) return;
  const missing = [
    ...(stage.account && stage.region ? [] : ["account and region"]),
    ...(stage.alerts.length > 0 || stage.slack?.alertsChannelId ? [] : ["somebody in alerts"]),
    ...(stage.alarms.length > 0 || stage.slack?.alarmsChannelId ? [] : ["somebody in alarms"]),
  ];
  if (missing.length === 0) return;
  throw new StageError(`${stage.file} needs ${missing.join(", ")}, or "unattended": true when nobody stands behind it`);
}

/** The failure store's name, with account and region in it, is the longest of all in what AWS allows it. */
function checkNames(stage: Stage): void {
  const region = stage.region ?? "ap-southeast-1";
  const room = BUCKET_NAME_MAX - `understudy--failures-111122223333-${region}`.length;
  if (stage.id.length <= room) return;
  throw new StageError(
    `${stage.file}: "${stage.id}" is ${stage.id.length} characters long; names of buckets leave room for ${room} in ${region}`,
  );
}

/** Amazon Q Developer knows a channel once in an account, whatever the region. */
function checkSlack(stage: Stage, directory: string): void {
  const channels = (slack: Stage["slack"]) =>
    [slack?.alertsChannelId, slack?.alarmsChannelId].filter((id) => id !== undefined);
  const mine = channels(stage.slack);
  if (mine.length === 0) return;
  for (const path of stageFiles(directory)) {
    const other = read(path, directory);
    if (other.id === stage.id || other.account !== stage.account) continue;
    const shared = channels(other.slack).find((id) => mine.includes(id));
    if (shared)
      throw new StageError(
        `${stage.file} and ${other.file} name the same Slack channel ${shared}: an account can have it once`,
      );
  }
}
