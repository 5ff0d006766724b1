import type { RejectionCount } from "../domain/quarantine.ts";
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

  async listRejectionCounts(): Promise<RejectionCount[]> {
    const items = await this.#table.query({
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": "QUARANTINE", ":prefix": "COUNT#" },
    });
    return items.map((item) => jsonFrom<RejectionCount>(item)!);
  }
}
