import { describe, expect, it } from "vitest";
import { readComparison } from "../../shared/api/comparison.ts";
import { readStatus } from "../../shared/api/status.ts";
import { readWatch } from "../../shared/api/watch.ts";
import { type EvaluateReport, evaluateDue } from "../../shared/pipeline/evaluate.ts";
import type { StatePort } from "../../shared/pipeline/ports.ts";
import { createPrng } from "../../shared/stats/numeric/prng.ts";
import { withMethod } from "../support/faults.ts";
import { commonSignals, createSystem, type System, type WrittenTrade } from "../support/pipeline.ts";

/** Steps read ledgers a stretch at a time. What they decide must be what they would decide with every ledger read whole. */

/** Every stretch reaches to the end of its ledger: the full computation. */
function readingEverything(state: StatePort): StatePort {
  return withMethod(
    state,
    "readStretch",
    (read) => (model, options) => read(model, { ...options, count: Number.POSITIVE_INFINITY }),
  );
}

/** Years of a life in one backlog: a promotion, a fall, a rollback, and much that follows; reports arrive a little out of order. */
function life(seed: string): WrittenTrade[] {
  const prng = createPrng(`life ${seed}`);
  const turns = [0, 700 + prng.below(300), 1900 + prng.below(900), 3600, 4200];
  const means = [
    { steady: 50, better: 90, other: 40 },
    { steady: 50, better: 90 - prng.below(30), other: 45 },
    { steady: 45, better: 20 - prng.below(120), other: 60 },
    { steady: 40, better: 10, other: 70 },
  ];
  const rows = means.flatMap((m, i) =>
    commonSignals({
      from: turns[i]!,
      to: turns[i + 1]!,
      models: Object.fromEntries(Object.entries(m).map(([name, mean]) => [name, { mean }])),
      seed: `${seed} ${i}`,
    }),
  );
  const reported = rows.filter((row) => row.model === "steady" || prng.uniform() > 0.004);
  return reported
    .map((row, i) => ({ row, key: i + prng.below(30) }))
    .sort((a, b) => a.key - b.key)
    .map(({ row }) => row);
}

async function backlog(seed: string): Promise<System> {
  const system = createSystem({ SHADOW_N_BOOTSTRAP: "1000", SHADOW_MIN_TRADES: "500", SHADOW_COOLDOWN_TRADES: "150" });
  for (const name of ["steady", "better", "other"]) await system.deploy(name);
  const rows = life(seed);
  for (let i = 0; i < rows.length; i += 300) await system.write(rows.slice(i, i + 300));
  return system;
}

async function played(seed: string, wrap: (state: StatePort) => StatePort) {
  const system = await backlog(seed);
  const state = wrap(system.memory);
  const ports = { ...system.ports, state };
  const reports: EvaluateReport[] = [];
  // One call makes 200 changes at the most.
  do reports.push(await evaluateDue({ ...ports, hints: new Map(), standstills: new Map() }));
  while (reports.at(-1)!.looks > 0 && reports.length < 20);
  const registry = await system.memory.loadRegistry();
  const views = [
    await readStatus(ports),
    await readWatch({ known: null }, ports),
    ...(await Promise.all(registry.challengers.map(({ name }) => readComparison(name, ports)))),
  ];
  const wordless = (value: unknown) =>
    JSON.parse(JSON.stringify(value, (key, v) => (/_?at$/i.test(key) ? undefined : v)));
  return {
    events: reports
      .flatMap((r) => r.events)
      .map((e) => [e.type, e.tradeTime, e.modelName, e.reason, wordless(e.details)]),
    champion: registry.champion && wordless({ ...registry.champion, deployedAt: 0, since: 0 }),
    views: views.map((answer) => ("body" in answer ? wordless(answer.body.data) : null)),
  };
}

describe.each(["two", "three"])("a backlog of seed %s", (seed) => {
  it("comes to the same decisions, charts and figures, read a stretch at a time or whole", {
    timeout: 120_000,
  }, async () => {
    const bounded = await played(seed, (state) => state);
    const whole = await played(seed, readingEverything);
    expect(bounded.events.length).toBeGreaterThan(3);
    expect(bounded).toEqual(whole);
  });
});
