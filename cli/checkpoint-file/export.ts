import { stat } from "node:fs/promises";
import type { TablesTarget } from "../client/tables-target.ts";
import { CommandError } from "../terminal/command-line.ts";
import type { Progress } from "../terminal/progress.ts";
import { CheckpointWriter } from "./checkpoint-writer.ts";
import type { Manifest } from "./format.ts";
import { registryVersion, scan, type Table } from "./table-items.ts";

/** Tries to find a moment in which nobody changes roles; each reads everything. */
const ATTEMPTS_MAX = 3;

const isBlock = { ":block": { S: "BLOCK#" } };
const blocks = { FilterExpression: "begins_with(sk, :block)", ExpressionAttributeValues: isBlock };
const notBlocks = { FilterExpression: "NOT begins_with(sk, :block)", ExpressionAttributeValues: isBlock };

/**
 * Writes both tables into one file while the system goes on working. So that what was read at different moments fits together:
 * - ledgers' heads come before the blocks they name (a block never changes once it is there), and the state before the trades, so
 *   every trade the file counts is in the file; trades that came later are counted when it is restored;
 * - roles, history and looks are written together and must be read so: a change of roles meanwhile starts the export again.
 */
export async function exportCheckpoint(options: {
  target: TablesTarget;
  file: string;
  force: boolean;
  createdAt: string;
  progress: Progress;
  signal: AbortSignal;
}): Promise<Manifest> {
  const { target, file, force, progress, signal } = options;
  if (!force && (await exists(file))) throw new CommandError(`${file} exists already: --force replaces it`);
  const state: Table = { client: target.client, name: target.tables.state, signal };
  const trades: Table = { client: target.client, name: target.tables.trades, signal };
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const writer = new CheckpointWriter(file);
    try {
      const version = await registryVersion(state);
      await writer.begin({ created_at: options.createdAt, source: target.tables });
      let items = 0;
      for (const part of [notBlocks, blocks]) {
        for await (const item of scan(state, part)) {
          await writer.add("state", item);
          progress.to(++items);
        }
      }
      if ((await registryVersion(state)) === version) {
        for await (const item of scan(trades)) {
          await writer.add("trades", item);
          progress.to(++items);
        }
        return await writer.finish({ registryVersion: version });
      }
      progress.say("Roles changed meanwhile: reading the state again.");
    } catch (error) {
      await writer.abandon();
      throw error;
    }
    await writer.abandon();
  }
  throw new CommandError(
    `roles changed during each of ${ATTEMPTS_MAX} tries: pause automatic action (POST /shadow/pause), then export`,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
