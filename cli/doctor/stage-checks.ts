import type { DeployedStage } from "../client/deployed-stage.ts";
import { count, list, plural } from "../terminal/figures.ts";
import { type Finding, fail, note, pass, within } from "./finding.ts";
import type { AlarmFact, DeployedFacts, FunctionFact, Looked, Subscription, TriggerFact } from "./stage-facts.ts";

/** What the facts of a deployed stage come to. What could not be looked at fails: nobody knows that it is well. */

/** What the account may run at once at least, beside the API: readers of three streams, a few shards each, and what the clock starts. */
const BESIDE_THE_API = 20;
const AGE_MS_MAX = 60_000;

export type DeployedFindings = ReturnType<typeof deployedFindings>;
export type DeployedCheckId = keyof DeployedFindings;

export function deployedFindings(facts: DeployedFacts, { stage, release }: DeployedStage) {
  return {
    account: of(facts.account, (account) =>
      stage.account === undefined || stage.account === account
        ? pass(account)
        : fail(`these credentials are of ${account}, and ${stage.file} says ${stage.account}`),
    ),
    stacks: of(facts.stacks, stacksFinding),
    subscriptions: of(facts.subscriptions, (found) => subscriptionsFinding(found, stage)),
    alarmsDeliverable: of(facts.alarmsTopic, (topic) =>
      of(facts.alarms, (alarms) => deliverableFinding(alarms, topic)),
    ),
    alarmsOff: of(facts.alarms, alarmsOffFinding),
    concurrency: of(facts.concurrency, ({ unreserved }) => concurrencyFinding(unreserved, stage.throttle.burst)),
    tableQuota: of(facts.tableQuota, ({ reads, writes }) =>
      stage.tableLimits.reads <= reads && stage.tableLimits.writes <= writes
        ? pass(`a table may read ${count(reads)} and write ${count(writes)} units a second`)
        : fail(
            `tableLimits of ${stage.file} are beyond the account's ${count(reads)} reads and ${count(writes)} writes`,
          ),
    ),
    streamLabel: of(facts.streams, (streams) => of(facts.triggers, (found) => labelFinding(found, streams))),
    triggers: of(facts.triggers, triggersFinding),
    streamAge: of(facts.streamAges, agesFinding),
    undelivered: of(facts.undelivered, (waiting) =>
      waiting === 0
        ? pass("none")
        : fail(`${plural(waiting, "message")} in the queue understudy-${stage.id}-undelivered`),
    ),
    versions: of(facts.functions, (functions) => versionsFinding(functions, release)),
  };
}

function of<T>(looked: Looked<T>, judged: (seen: T) => Finding): Finding {
  return "seen" in looked ? judged(looked.seen) : fail(`could not be looked at: ${looked.hidden}`);
}

function stacksFinding(stacks: readonly { name: string; status: string }[]): Finding {
  const unfinished = stacks.filter(({ status }) => !/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status));
  return unfinished.length === 0
    ? pass(list(stacks.map(({ name }) => name)))
    : fail(list(unfinished.map(({ name, status }) => `${name} is ${status}`)));
}

function subscriptionsFinding(found: readonly Subscription[], stage: DeployedStage["stage"]): Finding {
  const pending = found.filter(({ arn }) => !arn.startsWith("arn:"));
  if (pending.length > 0)
    return fail(
      `not confirmed: ${list(pending.map(({ protocol, endpoint }) => `${protocol} ${shown(protocol, endpoint)}`))}`,
    );
  const slack = [stage.slack?.alertsChannelId, stage.slack?.alarmsChannelId].filter((id) => id !== undefined).length;
  const wanted = stage.alerts.length + stage.alarms.length + slack;
  if (found.length < wanted) return fail(`${found.length} of the ${wanted} that ${stage.file} names`);
  if (found.length === 0) return note("nobody is subscribed: the stage is unattended");
  return pass(`${plural(found.length, "subscription")} confirmed`);
}

/** An address of an end point may hold a token. */
function shown(protocol: string, endpoint: string): string {
  return protocol === "https" ? new URL(endpoint).host : endpoint;
}

function deliverableFinding(
  alarms: readonly AlarmFact[],
  { arn: topic, policy }: { arn: string; policy: string },
): Finding {
  const mute = alarms.filter(({ enabled }) => !enabled);
  const astray = alarms.filter(({ actions }) => !actions.includes(topic));
  if (alarms.length === 0) return fail("there are no alarms");
  if (mute.length > 0) return fail(`actions are switched off: ${list(mute.map(({ name }) => name))}`);
  if (astray.length > 0) return fail(`tell nobody: ${list(astray.map(({ name }) => name))}`);
  if (!letsCloudWatchPublish(policy, topic)) return fail("the topic's policy does not let CloudWatch publish");
  return pass(`${plural(alarms.length, "alarm")}, all to ${topic.split(":").at(-1)}`);
}

type Statement = {
  Effect: string;
  Principal?: { Service?: string | string[] };
  Action: string | string[];
  Resource: string | string[];
};

function letsCloudWatchPublish(policy: string, topic: string): boolean {
  try {
    const statements = (JSON.parse(policy) as { Statement: Statement[] }).Statement;
    return statements.some(
      ({ Effect, Principal, Action, Resource }) =>
        Effect === "Allow" &&
        [Principal?.Service].flat().includes("cloudwatch.amazonaws.com") &&
        [Action].flat().some((action) => /^sns:(publish|\*)$/i.test(action)) &&
        [Resource].flat().some((resource) => resource === topic || resource === "*"),
    );
  } catch {
    return false;
  }
}

function alarmsOffFinding(alarms: readonly AlarmFact[]): Finding {
  const on = alarms.filter(({ state }) => state === "ALARM");
  return on.length === 0 ? pass("none is on") : fail(`on: ${list(on.map(({ name }) => name))}`);
}

function concurrencyFinding(unreserved: number, burst: number): Finding {
  const words = `${count(unreserved)} executions at once`;
  if (unreserved < BESIDE_THE_API)
    return fail(`${words}: triggers and API would hold each other up (ask for more in Service Quotas)`);
  if (unreserved < BESIDE_THE_API + burst)
    return note(`${words}, and the API lets ${count(burst)} requests through at once`);
  return pass(words);
}

function labelFinding(triggers: readonly TriggerFact[], streams: readonly string[]): Finding {
  const stale = triggers.filter(({ stream }) => !streams.includes(stream));
  if (triggers.length === 0) return fail("there are no triggers");
  return stale.length === 0
    ? pass(list(streams.map((stream) => stream.split("/stream/")[1] ?? stream)))
    : fail(
        `${list(stale.map((trigger) => trigger.function))} reads a stream that is not its table's any more: deploy with --force`,
      );
}

function triggersFinding(triggers: readonly TriggerFact[]): Finding {
  const off = triggers.filter(({ state }) => state !== "Enabled");
  const failing = triggers.filter(({ lastResult }) => lastResult.startsWith("PROBLEM"));
  if (off.length > 0) return fail(list(off.map((trigger) => `${trigger.function} is ${trigger.state}`)));
  if (failing.length > 0) return fail(list(failing.map((trigger) => `${trigger.function}: ${trigger.lastResult}`)));
  return pass(list(triggers.map((trigger) => trigger.function)));
}

function agesFinding(ages: ReadonlyMap<string, number>): Finding {
  if (ages.size === 0) return note("no stream record came within a quarter of an hour");
  const [name, age] = [...ages].reduce((worst, one) => (one[1] > worst[1] ? one : worst));
  return within(age, AGE_MS_MAX, (ms) => `${name} ${count(Math.round(ms))} ms`);
}

function versionsFinding(functions: readonly FunctionFact[], release: string): Finding {
  const other = functions.filter(({ description }) => description !== release);
  const unready = functions.filter(({ state, lastUpdate }) => state === "Failed" || lastUpdate !== "Successful");
  const shared = functions.filter(({ routed }) => routed !== null && Object.keys(routed).length > 0);
  if (functions.length === 0) return fail("there are no functions");
  if (unready.length > 0)
    return fail(list(unready.map((one) => `${one.name} is ${one.state}, update ${one.lastUpdate}`)));
  if (other.length > 0)
    return fail(
      `this is ${release}; ${list(other.map((one) => `${one.name} is ${one.description || "of no release"}`))}`,
    );
  if (shared.length > 0) return note(`a canary is under way: ${list(shared.map((one) => one.name))}`);
  return pass(`${plural(functions.length, "function")} of ${release}`);
}
