import type { CommandOf } from "./command.ts";
import { type Draft, entryOf, type TransitionContext } from "./draft.ts";
import type { GuardState } from "./guard.ts";
import { freshMonitor } from "./monitor.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { findModel, type ModelEntry, QUEUE_MAX, type Queued } from "./registry.ts";

/** Who enters, who is promoted and who leaves. A rollback has a file of its own: rollback.ts. */

export function deploy(draft: Draft, command: CommandOf<"deploy">, c: TransitionContext): Refusal | null {
  const { model, usedVersions } = command;
  const present = findModel(draft.next, model.name);
  if (present && present.role !== "quarantined" && present.role !== "retired") {
    return refuse("MODEL_EXISTS", `${model.name} is already deployed (${present.role}, version ${present.version}).`);
  }
  if (usedVersions.includes(model.version)) {
    return refuse(
      "VERSION_USED",
      `${model.name} version ${model.version} was deployed before and may not enter again: each entry spends error budget. Deploy a new version.`,
    );
  }
  const entry: ModelEntry = { ...model, entry: draft.next.nextEntry, deployedAt: draft.next.updatedAt };
  draft.next.nextEntry += 1;
  if (draft.next.champion === null) {
    draft.beginReign();
    draft.next.champion = {
      ...entry,
      role: "champion",
      since: draft.next.updatedAt,
      startAt: c.tradeTime,
      guard: null,
      monitor: freshMonitor(null, c.tradeTime),
    };
    draft.event("deployed", model.name, `${model.name} is the champion: the first model deployed.`, {
      version: model.version,
      role: "champion",
    });
  } else if (draft.next.challengers.length < c.maxChallengers) {
    draft.seatChallenger(entry);
    draft.event("deployed", model.name, `${model.name} is a challenger (0 % allocation).`, {
      version: model.version,
      role: "challenger",
    });
  } else {
    if (draft.next.queue.length >= QUEUE_MAX)
      return refuse("QUEUE_FULL", `The queue holds ${QUEUE_MAX} models already.`);
    const queued: Queued = { ...entry, role: "queued", since: draft.next.updatedAt };
    draft.next.queue = [...draft.next.queue, queued].sort((a, b) => b.priority - a.priority || a.entry - b.entry);
    draft.event("queued", model.name, `${model.name} waits: ${c.maxChallengers} challengers are being tested.`, {
      version: model.version,
      position: draft.next.queue.findIndex((m) => m.name === model.name) + 1,
    });
  }
  return null;
}

export function promote(draft: Draft, command: CommandOf<"promote">, c: TransitionContext): Refusal | null {
  const challenger = draft.challenger(command.challenger);
  const former = draft.next.champion;
  if (!challenger || !former) return refuse("NOT_A_CHALLENGER", `${command.challenger} is not an active challenger.`);
  draft.remove(challenger.name);
  draft.next.champion = {
    ...entryOf(challenger),
    ...(command.decision ? { score: command.decision.score } : {}),
    role: "champion",
    since: draft.next.updatedAt,
    startAt: c.tradeTime,
    guard: command.guard,
    monitor: freshMonitor(command.guard.baseline, c.tradeTime),
  };
  draft.event(
    "promotion",
    challenger.name,
    `${challenger.name} replaces ${former.name} as champion after ${command.n === 0 ? "no" : command.n} common signals${command.forced ? " (forced by hand)" : ""}.${guardNotice(command.guard, former.name)}`,
    {
      version: challenger.version,
      former: former.name,
      n: command.n,
      forced: command.forced,
      winRateChange: command.improvement.winRate,
      meanPnlChange: command.improvement.meanPnl,
      score: command.decision?.score ?? null,
      decision: command.decision,
      guard: command.guard,
      restarted: draft.next.challengers.length,
    },
  );
  draft.archive(former);
  draft.beginReign();
  return null;
}

/** A guard that begins without a comparison says so from the first day on. */
function guardNotice({ status, mode }: GuardState, former: string): string {
  if (status === "blind") return " Its guard is blind: there is too little shadow evidence to measure it by.";
  if (mode === "paired") return "";
  return ` Its guard is unpaired: too few common signals differ to compare it with ${former}, so a fall of the market counts as its own.`;
}

export function retire(draft: Draft, command: CommandOf<"retire">, c: TransitionContext): Refusal | null {
  const queued = draft.next.queue.find((m) => m.name === command.challenger);
  const model = draft.challenger(command.challenger) ?? queued;
  if (!model) return refuse("NOT_A_CHALLENGER", `${command.challenger} is neither an active challenger nor queued.`);
  draft.remove(model.name);
  draft.next.queue = draft.next.queue.filter((m) => m.name !== model.name);
  draft.depart(model, "retired", c.reason);
  const { version } = model;
  draft.event(
    "retired",
    model.name,
    `${model.name} was retired: ${c.reason}`,
    command.why === "request" ? { version, why: command.why } : { ...command.evidence, version, why: command.why },
  );
  return null;
}
