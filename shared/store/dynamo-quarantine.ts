import type { RejectedTrade, RejectionCount } from "../domain/quarantine.ts";
import type { UnknownModels } from "../domain/unknown-models.ts";
import type { StatePort, Written } from "../pipeline/ports.ts";
import { eventWrites } from "./dynamo-history.ts";
import { jsonFrom, jsonItem } from "./items.ts";
import { keys } from "./keys.ts";
import { isNew, type StateTable } from "./state-table.ts";

/** Counts of rejected trades. */
export class DynamoQuarantine {
  readonly #table: StateTable;

  constructor(table: StateTable) {
    this.#table = table;
  }

  async loadRejectionCount(model: string): Promise<RejectionCount | null> {
    return jsonFrom<RejectionCount>(await this.#table.get(keys.rejectionCount(model)));
  }

  async findRejected(model: string, options: { stream: string; sequences: readonly string[] }): Promise<Set<string>> {
    const wanted = options.sequences.map((sequence) => keys.rejected(model, { stream: options.stream, sequence }));
    const items = await this.#table.getAll(wanted);
    return new Set(items.map((item) => jsonFrom<RejectedTrade>(item)!.sequence));
  }

  /** By name: whoever may write trades can make up any number of others. */
  async listRejectionCounts(models: readonly string[]): Promise<RejectionCount[]> {
    const items = await this.#table.getAll([...new Set(models)].map((model) => keys.rejectionCount(model)));
    return items.map((item) => jsonFrom<RejectionCount>(item)!);
  }

  async loadUnknownModels(): Promise<UnknownModels | null> {
    return jsonFrom<UnknownModels>(await this.#table.get(keys.unknownModels()));
  }

  async saveUnknownModels({ before, after, events }: Parameters<StatePort["saveUnknownModels"]>[0]): Promise<Written> {
    const fence = before
      ? { ConditionExpression: "version = :version", ExpressionAttributeValues: { ":version": before.revision } }
      : isNew;
    const item = jsonItem(keys.unknownModels(), after, { version: after.revision });
    return this.#table.transact([this.#table.put(item, fence), ...eventWrites(this.#table, events)]);
  }
}
