import { MemoryState } from "../cli/year/memory-state.ts";
import { startDynamoDb } from "../local/dynamodb/dynamodb.ts";
import { readAllocation } from "../shared/api/allocation.ts";
import { readComparison } from "../shared/api/comparison.ts";
import { historyQuery, rollbackRequest } from "../shared/api/contract/requests.ts";
import { readHealth } from "../shared/api/health.ts";
import { readHistory } from "../shared/api/history.ts";
import { readPaths } from "../shared/api/paths.ts";
import { readReport } from "../shared/api/report.ts";
import { rollback } from "../shared/api/rollback.ts";
import { readStatus } from "../shared/api/status.ts";
import { readWatch } from "../shared/api/watch.ts";
import { evaluateDue } from "../shared/pipeline/evaluate.ts";
import type { StatePort } from "../shared/pipeline/ports.ts";
import { DynamoState } from "../shared/store/dynamo-state.ts";
import { CapacityMeter } from "../test/support/capacity-meter.ts";
import { makeLocalTables } from "../test/support/local-tables.ts";
import { Life } from "./reign.ts";
import { median } from "./subject.ts";

/**
 * Every read route and the evaluation after a reign of n signals, in a process of its own.
 * Use: node --expose-gc bench/length-probe.ts memory|dynamodb SIGNALS; prints one JSON line.
 */

export type Measured = {
  what: string;
  /** CPU time, all threads */
  medianMs: number;
  /** 99 % of the calls end within this time by the clock; of a few calls the longest */
  worstMs: number;
  /** ledger rows handed out by the store */
  rows: number;
  /** megabytes made on the heap, garbage included */
  madeMb: number;
  /** strongly consistent units of 4 KB, by a fresh process; null in memory */
  readUnits: number | null;
};

const TIMES = 3;
const ROLLBACKS = 100;

const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});

/** The store with the rows it hands out counted. */
function counted(state: StatePort): { state: StatePort; rows: () => number } {
  let rows = 0;
  const proxy = new Proxy(state, {
    get: (inner, name) => {
      const value = Reflect.get(inner, name, inner) as unknown;
      if (typeof value !== "function") return value;
      if (!["readRows", "readNewestRows", "readStretch"].includes(String(name))) return value.bind(inner);
      return async (...parts: unknown[]) => {
        const found = await value.apply(inner, parts);
        rows += found.rows?.count ?? found.count;
        return found;
      };
    },
  });
  return { state: proxy, rows: () => rows };
}

type Bench = { life: Life; fresh(): StatePort; meter: CapacityMeter | null };

async function measure(
  bench: Bench,
  what: string,
  work: (state: StatePort) => Promise<unknown>,
  options: { times?: number; between?: () => Promise<unknown> } = {},
): Promise<Measured> {
  const times: number[] = [];
  const cpu: number[] = [];
  let [rows, madeMb] = [0, 0];
  let readUnits: number | null = null;
  for (let i = 0; i < (options.times ?? TIMES); i++) {
    // A process that has just started: no block is in its memory.
    const { state, rows: count } = counted(bench.fresh());
    collect();
    const before = process.memoryUsage();
    const unitsBefore = bench.meter?.units.reads ?? 0;
    const startedAt = performance.now();
    const cpuBefore = process.cpuUsage();
    await work(state);
    const { user, system } = process.cpuUsage(cpuBefore);
    cpu.push((user + system) / 1000);
    times.push(performance.now() - startedAt);
    const after = process.memoryUsage();
    madeMb = Math.max(madeMb, (after.heapUsed + after.external - before.heapUsed - before.external) / 1e6);
    rows = count();
    if (bench.meter) readUnits = bench.meter.units.reads - unitsBefore;
    await options.between?.();
  }
  const sorted = times.toSorted((a, b) => a - b);
  const worstMs = sorted[Math.min(sorted.length - 1, Math.ceil(0.99 * sorted.length) - 1)]!;
  return { what, medianMs: median(cpu), worstMs, rows, madeMb, readUnits };
}

async function measureAll(bench: Bench): Promise<Measured[]> {
  const { life } = bench;
  const on = (state: StatePort) => ({ ...life.ports, state });
  const { tag } = await readStatus(on(bench.fresh()));
  const quiet = { failures: { count: async () => 0 } };
  const all = [
    await measure(bench, "GET /shadow/allocation", (s) => readAllocation({}, on(s))),
    await measure(bench, "GET /shadow/status", (s) => readStatus(on(s))),
    await measure(bench, "GET /shadow/status, unchanged", (s) => readStatus(on(s), { known: tag! })),
    await measure(bench, "GET /shadow/comparison", (s) => readComparison("rival", on(s))),
    await measure(bench, "GET /shadow/paths", (s) => readPaths({ challenger: "rival", known: null }, on(s))),
    await measure(bench, "GET /shadow/watch", (s) => readWatch({ known: null }, on(s))),
    await measure(bench, "GET /health", (s) => readHealth({ ...on(s), ...quiet })),
    await measure(bench, "GET /shadow/history", (s) => readHistory(historyQuery().parse({}), on(s))),
    await measure(bench, "GET /shadow/report", (s) => readReport({}, on(s))),
  ];
  const trade = () => life.trade(1, ["former", "leader", "rival"]);
  await trade();
  const cold = (s: StatePort) => evaluateDue({ ...on(s), hints: new Map(), standstills: new Map() });
  all.push(await measure(bench, "evaluate after a trade, new process", cold, { between: trade }));
  const warm = bench.fresh();
  const kept = { hints: new Map(), standstills: new Map() };
  await evaluateDue({ ...on(warm), ...kept });
  const next = (s: StatePort) => evaluateDue({ ...on(s), ...kept });
  all.push(await measure({ ...bench, fresh: () => warm }, "evaluate after a trade", next, { between: trade }));
  all.push(await measureRollbacks(bench));
  return all;
}

/** The same rollback again and again: in between the registry is put back as it was. */
async function measureRollbacks(bench: Bench): Promise<Measured> {
  const { life, meter } = bench;
  const state = bench.fresh();
  const registry = await state.loadRegistry();
  const request = rollbackRequest().parse({ reason: "bench" });
  const once = (s: StatePort) => rollback(request, { ...life.ports, state: s }, { actor: "bench", idempotency: null });
  const putBack = async () => {
    const { version } = await state.loadRegistry();
    await state.commit({ fromVersion: version, registry: { ...registry, version: version + 1 }, events: [] });
  };
  return measure(bench, "POST /shadow/rollback", once, { times: meter ? 20 : ROLLBACKS, between: putBack });
}

const [store, signals] = [process.argv[2], Number(process.argv[3])];
const tables = store === "dynamodb" ? await makeLocalTables(await startDynamoDb({ port: 0, log: () => {} })) : null;
try {
  const meter = tables ? new CapacityMeter() : null;
  const memory = new MemoryState();
  const name = (await tables?.makeStateTable()) ?? "";
  const client = tables && meter!.wrap(tables.client);
  const fresh = () => (client ? new DynamoState(client, name) : memory);
  const life = new Life(fresh());
  const { catchUpMs } = await life.begin(signals);
  const measured = await measureAll({ life, fresh, meter });
  const peakRssMb = process.resourceUsage().maxRSS / 1e3;
  console.log(JSON.stringify({ store, signals, catchUpMs, peakRssMb, measured }));
} finally {
  await tables?.stop();
}
