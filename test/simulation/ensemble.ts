import { BatchWriteCommand, DeleteCommand, type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { createPrng } from "../../shared/stats/numeric/prng.ts";
import { type Cloud, tableNames } from "./cloud.ts";
import type { Faults } from "./faults.ts";

/** The models' trades, and an ensemble that writes them: in batches, again when no answer came, wrongly now and then. */

export type Row = Record<string, unknown> & { model_name: string; trade_id: string };
/** What a writer sends: a row, or the wish that one be deleted. */
export type Sent = { put: Row } | { delete: Row };

/** Mean PnL of a model at a signal; from row 505 on the one that was promoted earns nothing any more. */
export type Market = {
  seed: string;
  means: Readonly<Record<string, number>>;
  falls: { model: string; from: number; mean: number };
};

const HOUR = 3_600_000;
const SPREAD = 120;

/** One signal as one model traded it: a part of the result is common to all. */
export function rowOf(market: Market, model: string, i: number, closedAt: number): Row {
  const common = createPrng(`${market.seed}|${i}`).normal();
  const own = createPrng(`${market.seed}|${i}|${model}`).normal();
  const { falls } = market;
  const mean = model === falls.model && i >= falls.from ? falls.mean : (market.means[model] ?? 0);
  const pnl = Math.round((mean + SPREAD * (Math.sqrt(0.7) * common + Math.sqrt(0.3) * own)) * 100) / 100;
  const id = `s${String(i).padStart(6, "0")}`;
  return {
    model_name: model,
    trade_id: id,
    pnl,
    closed_at: new Date(closedAt).toISOString(),
    opened_at: new Date(closedAt - HOUR / 2).toISOString(),
  };
}

const bad: readonly ((row: Row) => Row)[] = [
  (row) => ({ ...row, pnl: "NaN" }),
  ({ pnl, ...row }) => row,
  (row) => ({ ...row, pnl: 1e13 }),
  ({ closed_at, ...row }) => row,
  (row) => ({ ...row, closed_at: "yesterday" }),
  (row) => ({ ...row, closed_at: "2199-01-01T00:00:00Z" }),
];

/** What one model's writer sends, in order: its trades, and the ones that are wrong in between. */
export function* written(rows: Iterable<Row>, faults: Faults): Generator<Sent> {
  for (const row of rows) {
    const prng = faults.of("poison");
    if (faults.happens("poison")) {
      const spoil = bad[prng.below(bad.length)]!;
      yield { put: spoil({ ...row, trade_id: `bad-${row.trade_id}` }) };
      // The same trade wrongly and then rightly: now it may count.
      if (prng.below(4) === 0)
        yield { put: { ...row, trade_id: `bad-${row.trade_id}`, signal_id: row.trade_id, final: false } };
    }
    if (faults.happens("poison", 0.5)) yield { put: { ...row, model_name: `ghost-${prng.below(3)}` } };
    yield { put: row };
    if (faults.happens("duplicate")) yield { put: row };
    if (!faults.happens("amendment")) continue;
    const amended = faults.of("amendment").below(3) > 0;
    yield amended ? { put: { ...row, pnl: Number(row.pnl) + 1000 } } : { delete: row };
  }
}

/** Sends rows until each was taken, a few at a time. */
export async function write(
  all: Iterable<Sent>,
  cloud: Cloud,
  options: { pauseMs: () => number; perCall: number },
): Promise<void> {
  const client = cloud.client("ensemble");
  let batch: Row[] = [];
  for (const sent of all) {
    const row = "put" in sent ? sent.put : sent.delete;
    const twice = batch.some((r) => r.trade_id === row.trade_id && r.model_name === row.model_name);
    if (twice || batch.length >= options.perCall) {
      await send(batch, client, cloud);
      batch = [];
      await cloud.scheduler.wait(options.pauseMs());
    }
    if ("put" in sent) batch.push(row);
    else
      await untilTaken(cloud, () => client.send(new DeleteCommand({ TableName: tableNames.trades, Key: keyOf(row) })));
  }
  await send(batch, client, cloud);
}

const keyOf = ({ model_name, trade_id }: Row) => ({ model_name, trade_id });

async function send(batch: readonly Row[], client: DynamoDBDocumentClient, cloud: Cloud): Promise<void> {
  if (batch.length === 0) return;
  await untilTaken(cloud, () =>
    batch.length === 1
      ? client.send(new PutCommand({ TableName: tableNames.trades, Item: batch[0] }))
      : client.send(
          new BatchWriteCommand({
            RequestItems: { [tableNames.trades]: batch.map((Item) => ({ PutRequest: { Item } })) },
          }),
        ),
  );
}

/** The ensemble is not ours to kill: it tries again until the table has taken it. */
async function untilTaken(cloud: Cloud, call: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await call();
      return;
    } catch {
      await cloud.scheduler.wait(100 + cloud.scheduler.prng.below(2000));
    }
  }
}
