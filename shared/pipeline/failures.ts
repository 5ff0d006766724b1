import type { TradeRecord } from "../domain/trade-record.ts";

/** A batch of stream records that was given up. */
export type FailedBatch = {
  key: string;
  /** the function it was meant for, by its short name: ingest */
  function: string;
  /** why it was given up, as Lambda says it */
  condition: string;
  /** what ingest would have got; empty for other functions */
  trades: TradeRecord[];
  /** records of any kind */
  records: number;
};

/** The failure store: batches that were given up, each whole in an object of its own. */
export interface FailuresPort {
  /** How many batches it holds; counting ends at a thousand. */
  count(): Promise<number>;
  /** Keys in the order of mappings, shards and time, up to a bound. */
  list(limit: number): Promise<string[]>;
  /** @throws Error saying what is wrong with an object that is no such batch */
  read(key: string): Promise<FailedBatch>;
  remove(key: string): Promise<void>;
}
