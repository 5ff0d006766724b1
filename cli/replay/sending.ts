import type { Target } from "../client/stack-target.ts";
import { writeTrades } from "../client/trade-writer.ts";
import type { EventPrinter } from "../terminal/event-lines.ts";
import type { Progress } from "../terminal/progress.ts";
import { type FileOptions, type FileRow, readFileRows, type UnsentRow } from "../trade-file/trade-file.ts";
import type { LedgerMark, LedgerWatch } from "./ledgers.ts";

/** What became of a file's rows; counted while they are sent, so that an interruption can still tell. */
export type Sent = { sent: number; unsent: UnsentRow[] };

/**
 * Sends a file chunk by chunk, in its order. The next chunk is written while the one before is digested: never more than
 * one chunk lies ahead of the ledgers.
 */
export async function sendFile(options: {
  file: FileOptions;
  chunk: number;
  target: Target;
  ledgers: LedgerWatch;
  events: EventPrinter;
  progress: Progress;
  signal: AbortSignal;
  counts: Sent;
}): Promise<void> {
  const { counts, ledgers } = options;
  const rows = readFileRows(options.file, (row) => counts.unsent.push(row));
  let before: LedgerMark | null = null;
  for await (const chunk of chunksOf(rows, options.chunk)) {
    await sendChunk(chunk, options);
    const mark = ledgers.mark();
    if (before) await ledgers.reached(before);
    before = mark;
    await options.events.print();
  }
  if (before) await ledgers.reached(before);
}

async function sendChunk(chunk: readonly FileRow[], options: Parameters<typeof sendFile>[0]): Promise<void> {
  const { counts, ledgers, target, signal } = options;
  const trades = chunk.map((row) => row.item);
  await ledgers.expect(trades);
  const onWritten = (written: readonly unknown[]) => {
    counts.sent += written.length;
    options.progress.to(counts.sent);
  };
  const refused = await writeTrades(trades, { ...target, signal, onWritten });
  for (const { trade, reason } of refused) {
    ledgers.withdraw(trade);
    counts.unsent.push({ line: chunk.find((row) => row.item === trade)?.line ?? 0, reason });
  }
}

async function* chunksOf<T>(rows: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
