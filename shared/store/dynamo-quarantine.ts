import type { RejectedTrade, RejectionCount } from "../domain/quarantine.ts";
import { jsonFrom } from "./items.ts";
import { keys } from "./keys.ts";
import type { StateTable } from "./state-table.ts";

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

  async listRejectionCounts(): Promise<RejectionCount[]> {
    const items = await this.#table.query({
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": "QUARANTINE", ":prefix": "COUNT#" },
    });
    return items.map((item) => jsonFrom<RejectionCount>(item)!);
  }
}
