import { parseSettings } from "../shared/domain/settings.ts";

/**
 * Every difference between environments, in one typed place.
 * A stage owns its names (`understudy-<stage>-…`), so several stages can live in one account.
 */

export type StageName = "local" | "dev" | "staging" | "prod";

/** Settings of shared/domain/settings.ts that the stage pins; what it leaves out has the documented default. */
export type StageSettings = Readonly<Record<string, string>>;

export type Stage = {
  name: StageName;
  /** true: tables survive the stack (RETAIN), refuse deletion, and both stacks refuse to be destroyed. */
  retain: boolean;
  pointInTimeRecovery: boolean;
  /** Must be a value CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 180, 365 … */
  logRetentionDays: number;
  /** Requests per second and burst the API lets through to the functions. */
  throttle: { ratePerSecond: number; burst: number };
  /** Operations mail: CloudWatch alarms (errors, lag, failure queue). Empty: alarms exist, nobody is mailed. */
  alarmMails: readonly string[];
  /** Trading mail: promotions, rollbacks, degradations. */
  alertMails: readonly string[];
  /** Machines: a queue `understudy-<stage>-alerts-<name>` is made and subscribed to the alerts topic for each. */
  alertQueues: readonly string[];
  /** HTTPS end points that get every alert as JSON; each must confirm its subscription once. */
  alertUrls: readonly string[];
  /** Slack through Amazon Q Developer; the workspace is authorised once, by hand, in its console. */
  slack?: { workspaceId: string; channelId: string };
  settings: StageSettings;
};

const development: Omit<Stage, "name"> = {
  retain: false,
  pointInTimeRecovery: false,
  logRetentionDays: 7,
  throttle: { ratePerSecond: 20, burst: 40 },
  alarmMails: [],
  alertMails: [],
  alertQueues: [],
  alertUrls: [],
  settings: {},
};

const production: Omit<Stage, "name"> = {
  ...development,
  retain: true,
  pointInTimeRecovery: true,
  logRetentionDays: 90,
  throttle: { ratePerSecond: 50, burst: 100 },
};

const stages: Readonly<Record<StageName, Stage>> = {
  /** The laptop: synthesised like any other stage, then read by local/. The inbox shows alerts to a human or a test. */
  local: { ...development, name: "local", alertQueues: ["inbox"] },
  dev: { ...development, name: "dev" },
  /** Staging rehearses production, protection included. */
  staging: { ...production, name: "staging", logRetentionDays: 30 },
  prod: { ...production, name: "prod", logRetentionDays: 365 },
};

export class StageError extends Error {
  override name = "StageError";
}

/**
 * The stage called `name`, its settings overridden by the environment's and checked.
 * @param environment  as `process.env`: ENABLE_SHADOW_MODELS and SHADOW_* replace the stage's values
 * @throws StageError for a stage nobody knows, SettingsError for a value Lambda would refuse at start
 */
export function findStage(
  name: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  known: Readonly<Record<string, Stage>> = stages,
): Stage {
  const choices = Object.keys(known).join(", ");
  if (name == null || name === "") throw new StageError(`No stage given: add -c stage=NAME with one of ${choices}`);
  const stage = typeof name === "string" && Object.hasOwn(known, name) ? known[name] : undefined;
  if (!stage) throw new StageError(`Unknown stage "${String(name)}": choose one of ${choices}`);
  const settings = { ...stage.settings, ...settingsOf(environment) };
  parseSettings(settings);
  return { ...stage, settings };
}

function settingsOf(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [name, text] of Object.entries(environment)) {
    const ours = name === "ENABLE_SHADOW_MODELS" || name.startsWith("SHADOW_");
    if (ours && text != null && text !== "") settings[name] = text;
  }
  return settings;
}
