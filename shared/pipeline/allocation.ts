import {
  type Allocation,
  type AllocationBasis,
  allocationOf,
  chancesAreOld,
  chancesOf,
  followsTrades,
  presentBasis,
  rampEnd,
  rampFormer,
  rampStep,
} from "../domain/allocation.ts";
import { type LedgerRows, rowsInClosingOrder } from "../domain/ledger.ts";
import type { Champion, ReigningRegistry } from "../domain/registry.ts";
import type { Settings } from "../domain/settings.ts";
import { takenOnly } from "../stats/numeric/taken-only.ts";
import type { StatePort } from "./ports.ts";
import { readEnough } from "./stretches.ts";

/** Newest trades of a model its mean is judged by. */
const TRADES_MAX = 5000;

type AllocationPorts = { state: StatePort; settings: Settings };

/** The weights of this moment: from the registry, and from one small item where they follow trades at all. */
export async function presentAllocation(registry: ReigningRegistry, ports: AllocationPorts): Promise<Allocation> {
  const { state, settings } = ports;
  return allocationOf(registry, { basis: followsTrades(settings) ? await state.loadAllocation() : null, settings });
}

/** Takes into the basis what has been traded since it was written, when that is enough to change a weight. */
export async function refreshAllocation(registry: ReigningRegistry, ports: AllocationPorts): Promise<void> {
  if (!followsTrades(ports.settings)) return;
  const before = presentBasis(registry, await ports.state.loadAllocation());
  const ramped = await climbRamp(registry, before, ports);
  const after = await renewChances(registry, ramped, ports);
  if (after !== before) await ports.state.saveAllocation(after);
}

async function climbRamp(
  registry: ReigningRegistry,
  basis: AllocationBasis,
  { state, settings }: AllocationPorts,
): Promise<AllocationBasis> {
  const { champion } = registry;
  if (rampFormer(champion, registry) === null || basis.championTrades >= rampEnd(settings)) return basis;
  const championTrades = await tradesSince(champion, { enough: rampEnd(settings), state });
  return rampStep(championTrades, settings) === rampStep(basis.championTrades, settings)
    ? basis
    : { ...basis, championTrades };
}

/** Trades of the champion since its promotion; counting ends once there are enough. */
async function tradesSince(champion: Champion, options: { enough: number; state: StatePort }): Promise<number> {
  const { name, startAt } = champion;
  const takenIn = (rows: LedgerRows) => takenOnly(rowsInClosingOrder(rows, { after: startAt })).length;
  const enough = (rows: LedgerRows) => takenIn(rows) >= options.enough;
  return takenIn(await readEnough(name, { closedAfter: startAt, count: 2 * options.enough, enough }, options.state));
}

async function renewChances(
  registry: ReigningRegistry,
  basis: AllocationBasis,
  { state, settings }: AllocationPorts,
): Promise<AllocationBasis> {
  if (settings.allocation !== "thompson") return basis;
  const names = [registry.champion.name, ...registry.challengers.map((m) => m.name)];
  const heads = await state.loadHeads(names);
  const counts = Object.fromEntries(names.map((name) => [name, heads.get(name)?.count ?? 0]));
  if (!chancesAreOld(basis, counts)) return basis;
  const models = await Promise.all(names.map(async (name) => ({ name, pnl: await takenPnl(name, state) })));
  return { ...basis, best: chancesOf(models), counts };
}

async function takenPnl(name: string, state: StatePort): Promise<Float64Array> {
  return takenOnly(await state.readNewestRows(name, { count: TRADES_MAX }));
}
