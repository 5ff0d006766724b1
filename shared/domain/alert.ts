import { type Fact, factsOf } from "./alert-facts.ts";
import { besideFormer } from "./beside-former.ts";
import { type DomainEvent, type EventType, priorityOf, type WireEvent } from "./event.ts";
import { plainText } from "./plain-text.ts";
import { shortText } from "./short-text.ts";
import { snakeCase } from "./snake-case.ts";

/**
 * Alerts: an event as people and machines read it. E-mail gets text, a telephone a short one, Slack (through Amazon Q Developer in chat applications)
 * its custom-notification JSON, queues and webhooks the whole event.
 */

export type Alert = {
  /** ASCII, at most 100 characters: the limit of an SNS subject */
  subject: string;
  bodies: { text: string; short: string; chat: string; machine: string };
  attributes: {
    event_type: string;
    priority: string;
    environment: string;
    model_name: string;
    event_id: string;
    /** leads to the log lines of every step that had a part in it */
    correlation_id?: string;
  };
};

const titles: Readonly<Record<EventType, string>> = {
  deployed: "Model deployed",
  queued: "Model queued",
  promotion: "Promotion",
  rollback: "Rollback",
  rollback_failed: "Rollback FAILED",
  degradation: "Champion degrades",
  manual_review: "Decision wanted",
  retired: "Model retired",
  paused: "Automatic action paused",
  resumed: "Automatic action resumed",
  guard_passed: "Guard passed",
  guard_mode: "Guard changes its mode",
  guard_unclear: "Promise broken, cause unclear",
  market: "Market fall: nothing swapped",
  rollback_advised: "Rollback advised",
  hard_stop: "Hard stop: no money allocated",
  rollback_judged: "Rollback judged",
  trade_rejected: "Trades rejected",
  data_integrity: "Counted trades and raw trades differ",
  new_stream: "Trades come through another stream",
};

/** Longest copy of an event inside a chat message. */
const CONTEXT_CHARS_MAX = 8000;

/** What the reader can do, most useful first; {model} stands for the model's name, {force} for what a decision against the rule needs. */
const nextSteps: Readonly<Record<EventType, readonly string[]>> = {
  deployed: ["Make sure the ensemble writes this model's trades: GET /shadow/status shows its count."],
  queued: ["Nothing to do: it starts by itself when a place becomes free."],
  promotion: [
    "Route real money to the new champion: GET /shadow/allocation gives the weights.",
    "Watch the guard over its first trades: GET /shadow/status.",
    'To undo: POST /shadow/rollback {"reason": "…"}.',
  ],
  rollback: [
    "Check that the ensemble follows GET /shadow/allocation again.",
    "Find out why {model} failed; it may come back only as a new version.",
  ],
  rollback_failed: [
    "Act by hand now: take {model} out of the ensemble, or deploy and promote a model you trust (force needs a reason).",
  ],
  degradation: [
    "Compare with the former champion, which goes on shadowing: GET /shadow/status. Where the market is to blame, rolling back does not help.",
    'If you do not trust {model} any more: POST /shadow/rollback {"reason": "…"}.',
  ],
  manual_review: [
    "Read the evidence: GET /shadow/comparison/{model}.",
    "To accept it: POST /shadow/promote/{model}{force}. To decline: DELETE /shadow/challengers/{model}.",
  ],
  retired: ["Nothing to do: the next model in the queue takes its place."],
  paused: ["To go on: POST /shadow/resume."],
  resumed: ["Nothing to do: what fell due meanwhile is done now."],
  guard_passed: ["Nothing to do: the degradation monitor goes on watching."],
  guard_mode: [
    "Where it compares no longer: find out why the former champion does not answer {model}'s signals; a market fall is {model}'s fault until it does.",
    "Where it compares again: nothing to do.",
  ],
  guard_unclear: [
    "Compare both on the same signals: GET /shadow/status. The guard judges it again at every signal.",
    'If you do not trust {model} any more: POST /shadow/rollback {"reason": "…"}.',
  ],
  market: [
    "Decide whether to trade in this market at all: neither of the two did well in it. SHADOW_MARKET_BREAKER=pause or cut:0.5 does it by itself.",
    "Do not roll back for this: the former champion lost on the same signals too.",
  ],
  rollback_advised: [
    'If you agree: POST /shadow/rollback {"reason": "…"}. SHADOW_GUARD_PROLONG=rollback does it by itself.',
    "Nothing more happens by itself; the degradation monitor goes on watching {model}.",
  ],
  hard_stop: [
    "Check that the ensemble follows GET /shadow/allocation: no model gets money.",
    'Then roll back, POST /shadow/rollback {"reason": "…"}, or go on with {model}: POST /shadow/resume {"reason": "…"}.',
  ],
  rollback_judged: ["Nothing to do: GET /shadow/report counts harmful rollbacks and what they cost."],
  trade_rejected: [
    "Correct what writes these trades; the reasons stand above, examples in GET /shadow/status.",
    "Trades of a model that is not deployed: deploy it, or stop writing them.",
  ],
  data_integrity: [
    "Find out who changed the trades table: nobody may do more there than add trades.",
    "npm run reconcile names what differs; with -- --repair it takes in what is missing.",
    "Looks of {model} answer no-data while the changed trades are part of their evidence.",
  ],
  new_stream: [
    "If nobody restored the trades table or touched its stream, find out who did.",
    "Compare the ledger of {model} with the trades table: what was written while no stream was on is missing.",
  ],
};

/**
 * Renders an event.
 * @param options.environment  stage name, e.g. "prod"
 * @param options.correlationId  what the event was caused by, where it is known
 */
export function renderAlert(
  happened: DomainEvent,
  options: { environment: string; correlationId?: string | undefined },
): Alert {
  const event = readable(happened);
  const priority = priorityOf[event.type];
  const title = titleOf(event);
  const about = event.modelName ?? "all models";
  const steps = stepsOf(event);
  const machine = { ...machineForm(happened), priority, environment: options.environment };
  return {
    subject: asciiOf(`[${priority}] ${title}: ${about} (${options.environment})`).slice(0, 100),
    bodies: {
      text: textOf(event, { title, priority, environment: options.environment, steps }),
      short: shortText(`${priority} ${title} (${options.environment}):`, event.summary),
      chat: jsonOf({
        version: "1.0",
        source: "custom",
        id: event.eventId,
        content: {
          textType: "client-markdown",
          title: `${iconOf(priority)} ${title}: ${about}`,
          description: [
            event.summary,
            ...[...causesOf(event), ...factsOf(event)].map(([name, value]) => `*${name}*: ${value}`),
          ].join("\n"),
          nextSteps: steps,
          keywords: [event.type, priority, options.environment],
        },
        metadata: {
          threadId: event.modelName ?? "understudy",
          summary: event.summary,
          eventType: event.type,
          // SNS cannot tell Amazon Q from other HTTPS subscribers: machines find the whole event in here.
          additionalContext: {
            priority,
            environment: options.environment,
            event_id: event.eventId,
            event: shortened(machine),
          },
        },
      }),
      machine: jsonOf(machine),
    },
    attributes: {
      event_type: event.type,
      priority,
      environment: options.environment,
      model_name: event.modelName ?? "-",
      event_id: event.eventId,
      ...(options.correlationId !== undefined && { correlation_id: options.correlationId }),
    },
  };
}

function titleOf(event: DomainEvent): string {
  const fallen = event.type === "guard_passed" && event.details.guard.verdict === "market";
  return fallen ? "Guard ended in a fallen market" : titles[event.type];
}

/** What the monitor suggests comes first: it knows whose fault it is. */
function stepsOf(event: DomainEvent): string[] {
  const suggested = "suggestion" in event.details ? [plainText(`Suggested: ${event.details.suggestion}.`)] : [];
  const approved = event.type === "manual_review" && event.details.look.verdict === "approve";
  const force = approved ? "" : ' {"force": true, "reason": "…"}';
  const usual = nextSteps[event.type].map((step) =>
    // A function: a name with $& in it stays what it is.
    step.replace("{force}", force).replaceAll("{model}", () => event.modelName ?? "the model"),
  );
  return [...suggested, ...usual];
}

/** Anybody who may write trades chooses names of unknown models and of trades: what SNS cannot carry is replaced. */
function readable(event: DomainEvent): DomainEvent {
  const { modelName, summary, actor, reason } = event;
  return {
    ...event,
    modelName: modelName === null ? null : plainText(modelName),
    summary: sentence(plainText(summary)),
    actor: plainText(actor),
    reason: plainText(reason),
  };
}

/** A reason somebody typed may end without a full stop. */
const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** JSON leaves some characters as they are that XML, and so SNS and SQS, do not allow. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\ufffe\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The event as JSON text, without its details where they are long. */
function shortened(machine: WireEvent): string {
  const whole = JSON.stringify(machine);
  return whole.length <= CONTEXT_CHARS_MAX ? whole : JSON.stringify({ ...machine, details: {} });
}

/** The event in the names of the HTTP interface. */
export function machineForm(event: DomainEvent): WireEvent {
  // What belongs to one type in camelCase does so in snake_case; the compiler cannot follow it through the union.
  return {
    event_id: event.eventId,
    event_type: event.type,
    at: new Date(event.at).toISOString(),
    trade_time: event.tradeTime === null ? null : new Date(event.tradeTime).toISOString(),
    model_name: event.modelName,
    summary: event.summary,
    actor: event.actor,
    reason: event.reason,
    registry_version: event.registryVersion,
    details: snakeCase(event.details),
  } as WireEvent;
}

function textOf(
  event: DomainEvent,
  options: { title: string; priority: string; environment: string; steps: readonly string[] },
): string {
  const line = ([name, value]: Fact) => `${name}: ${value}`;
  const causes = causesOf(event).map(line);
  const lines = [event.summary, ...(causes.length > 0 ? ["", ...causes] : [])];
  lines.push("", "What to do:", ...options.steps.map((step) => `- ${step}`));
  lines.push("", ...factsOf(event).map(line));
  lines.push("", `${options.title} · ${options.priority} · ${options.environment} · event ${event.eventId}`);
  return lines.join("\n");
}

/** Why it happened, and what the former champion did meanwhile; a reason the summary has given is not repeated. */
function causesOf(event: DomainEvent): Fact[] {
  const causes: Fact[] = [];
  if (event.reason && !event.summary.includes(event.reason)) causes.push(["Why", event.reason]);
  const beside = besideFormer(event);
  if (beside !== null) causes.push(["The former champion", plainText(beside)]);
  return causes;
}

function iconOf(priority: string): string {
  if (priority === "CRITICAL") return ":rotating_light:";
  return priority === "HIGH" ? ":warning:" : ":information_source:";
}

function asciiOf(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}
