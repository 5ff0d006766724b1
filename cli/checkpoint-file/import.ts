import { describeTable, type TablesTarget } from "../client/tables-target.ts";
import { CommandError } from "../terminal/command-line.ts";
import type { Progress } from "../terminal/progress.ts";
import { checkSeal, readEntries } from "./checkpoint-reader.ts";
import { type Header, type Manifest, type TableKind, tableKinds } from "./format.ts";
import { BatchWriter, isEmpty, scan, type Table } from "./table-items.ts";

export type Verified = { manifest: Manifest; header: Header; part: { start: number; end: number } };

/** Reads the file from end to end. @throws DamagedCheckpoint saying what is wrong with it */
export async function verifyCheckpoint(file: string, options: { signal: AbortSignal }): Promise<Verified> {
  const part = await checkSeal(file, options.signal);
  let header: Header | undefined;
  const entries = readEntries(file, part, {
    signal: options.signal,
    onHeader: (found) => {
      header = found;
    },
  });
  let step = await entries.next();
  while (!step.done) step = await entries.next();
  return { manifest: step.value, header: header!, part };
}

/**
 * Restores a file into the tables of a stage that hold nothing yet. The state goes in before the trades: a trade that comes in again
 * through the stream is then looked up in its ledger, and does not count twice.
 * @throws CommandError when a table holds anything and `force` was not given; with it, the tables are emptied first
 */
export async function importCheckpoint(options: {
  target: TablesTarget;
  file: string;
  verified: Verified;
  force: boolean;
  progress: Progress;
  signal: AbortSignal;
}): Promise<void> {
  const { target, file, verified, force, progress, signal } = options;
  const tables = Object.fromEntries(
    tableKinds.map((kind) => [kind, { client: target.client, name: target.tables[kind], signal }]),
  ) as Record<TableKind, Table>;
  for (const kind of tableKinds) {
    if (await isEmpty(tables[kind])) continue;
    if (!force)
      throw new CommandError(
        `${tables[kind].name} is not empty, so nothing was changed: --force replaces all it holds`,
      );
    progress.say(`Emptying ${tables[kind].name} …`);
    await emptyTable(tables[kind]);
  }
  let items = 0;
  let table: TableKind = tableKinds[0];
  let writer = new BatchWriter(tables[table]);
  for await (const entry of readEntries(file, verified.part, { signal })) {
    if (entry.table !== table) {
      await writer.flush();
      table = entry.table;
      writer = new BatchWriter(tables[table]);
    }
    await writer.put(entry.item);
    progress.to(++items);
  }
  await writer.flush();
}

async function emptyTable(table: Table): Promise<void> {
  const { keys } = await describeTable(table);
  const writer = new BatchWriter(table);
  for await (const item of scan(table)) {
    await writer.delete(Object.fromEntries(keys.map((key) => [key, item[key]!])));
  }
  await writer.flush();
}
