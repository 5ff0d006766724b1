import { MarketTape, type MarketTrade } from "../../cli/market/market.ts";
import { better, challengers, champion, market } from "../../cli/start/demonstration-models.ts";
import { readComparison } from "../../shared/api/comparison.ts";
import type { ComparisonAnswer } from "../../shared/api/contract/comparison.ts";
import type { EventAnswer } from "../../shared/api/contract/event.ts";
import { answerFaults, type RouteName, routes } from "../../shared/api/contract/routes.ts";
import type { StatusAnswer } from "../../shared/api/contract/status.ts";
import type { HealthAnswer } from "../../shared/api/contract/system.ts";
import { deploy } from "../../shared/api/deploy.ts";
import { readHealth } from "../../shared/api/health.ts";
import { readHistory } from "../../shared/api/history.ts";
import { readStatus } from "../../shared/api/status.ts";
import { createSystem, type System, writtenTrade } from "./pipeline.ts";

/**
 * The API's answers in the demonstration, played in memory: before it, in the shadow, under guard, after the rollback.
 * Played when they are first asked for, so that they are what the interface says today.
 */

export type Recorded = {
  status: StatusAnswer;
  /** newest first */
  events: EventAnswer[];
  health: HealthAnswer;
  comparisons: Record<string, ComparisonAnswer>;
};

type Moment = "empty" | "gathering" | "guarded" | "rolled-back";

/** Signals written at once, signals of evidence at "gathering", and trades under guard at "guarded". */
const STEP = 20;
const GATHERING = 300;
const GUARDED = 12;
/** Signals that come at most in the whole play. */
const SIGNALS_MAX = 900;

let played: Promise<Record<Moment, Recorded>> | undefined;

/** @returns a copy of the caller's own */
export async function recorded(moment: Moment): Promise<Recorded> {
  played ??= play();
  return structuredClone((await played)[moment]);
}

async function play(): Promise<Record<Moment, Recorded>> {
  const system = createSystem();
  const tape = new MarketTape();
  let collapseFrom: number | null = null;
  const advanceUntil = async (step: number, reached: () => boolean | Promise<boolean>) => {
    while (!(await reached())) {
      if (tape.signals > SIGNALS_MAX) throw new Error("the demonstration's play did not come to its end");
      const trades: MarketTrade[] = [];
      for (let i = 0; i < step; i++)
        trades.push(...tape.advance(market({ fall: null, recovery: null, collapse: collapseFrom })));
      await system.write(trades.map(writtenTrade));
      await system.evaluate();
    }
  };
  const reigns = async (name: string) => (await system.memory.loadRegistry()).champion?.name === name;

  const empty = await record(system);
  for (const model of [champion, ...challengers]) await introduce(model, system);
  await advanceUntil(STEP, () => tape.signals >= GATHERING);
  const gathering = await record(system);
  await advanceUntil(STEP, () => reigns(better.name));
  let left = GUARDED;
  await advanceUntil(1, () => left-- === 0);
  const guarded = await record(system);
  collapseFrom = tape.signals;
  await advanceUntil(1, () => reigns(champion.name));
  return { empty, gathering, guarded, "rolled-back": await record(system) };
}

function introduce({ name, type, story }: (typeof challengers)[number] | typeof champion, { ports }: System) {
  return deploy(
    { model_name: name, model_type: type, version: "1", description: story, priority: 0, design: "auto" },
    ports,
    { actor: "local", idempotency: null },
  );
}

/** Everything the commands read, at this moment; every alert has been published by then. */
async function record({ ports, memory }: System): Promise<Recorded> {
  for (const event of await memory.listUnpublished({ limit: 1000 })) await memory.markPublished(event, event.at + 40);
  const comparisons: Recorded["comparisons"] = {};
  for (const { name } of challengers) {
    if ((await memory.loadRegistry()).champion?.name === name) continue;
    const answer = await readComparison(name, ports).catch(() => null);
    if (answer) comparisons[name] = promised("comparison", answer);
  }
  return {
    status: promised("status", await readStatus(ports)),
    events: promised("history", await readHistory({ limit: 200 }, ports)).events,
    health: promised("health", await readHealth({ ...ports, failures: { count: async () => 0 } })),
    comparisons,
  };
}

/**
 * The data of an answer, as a client gets it.
 * @throws Error when it is not as openapi.json says
 */
function promised<Data>(name: RouteName, { status, body }: { status: number; body: { data: Data } }): Data {
  const sent = JSON.parse(JSON.stringify(body)) as typeof body;
  const faults = answerFaults(routes[name], { status, body: sent });
  if (faults.length > 0) throw new Error(`${name} answers otherwise than openapi.json says: ${faults.join("; ")}`);
  return sent.data;
}
