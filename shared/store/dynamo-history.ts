import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { DomainEvent } from "../domain/event.ts";
import type { HistoryPage, HistoryQuery } from "../pipeline/ports.ts";
import { jsonFrom, jsonItem } from "./items.ts";
import { keys } from "./keys.ts";
import { isNew, PAGES_MAX, type StateTable, type Write } from "./state-table.ts";

const OUTBOX_KEPT_SECONDS = 30 * 24 * 3600;

/** What happened: history, and the outbox of what is still to be published. */
export class DynamoHistory {
  readonly #table: StateTable;

  constructor(table: StateTable) {
    this.#table = table;
  }

  async listHistory(query: HistoryQuery): Promise<HistoryPage> {
    const events: DomainEvent[] = [];
    let last: string | null = query.cursor;
    for (let page = 0; page < PAGES_MAX; page++) {
      const answer = await this.#table.client.send(
        new QueryCommand({
          TableName: this.#table.name,
          KeyConditionExpression: last === null ? "pk = :pk" : "pk = :pk AND sk < :last",
          ExpressionAttributeValues: { ":pk": "HISTORY", ...(last === null ? {} : { ":last": last }) },
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: 100,
        }),
      );
      for (const item of answer.Items ?? []) {
        const event = jsonFrom<DomainEvent>(item)!;
        const fits =
          (!query.type || event.type === query.type) && (!query.modelName || event.modelName === query.modelName);
        if (fits && events.length === query.limit) return { events, cursor: last };
        if (fits) events.push(event);
        last = String(item.sk);
      }
      if (!answer.LastEvaluatedKey) return { events, cursor: null };
    }
    return { events, cursor: last };
  }

  async listUnpublished(options: { limit: number }): Promise<DomainEvent[]> {
    const items = await this.#table.query({
      KeyConditionExpression: "pk = :pk",
      FilterExpression: "attribute_not_exists(published_at)",
      ExpressionAttributeValues: { ":pk": "OUTBOX" },
    });
    // Keys of the outbox are event ids, and only some of these begin with a time.
    const events = items.map((item) => jsonFrom<DomainEvent>(item)!).sort((a, b) => a.at - b.at);
    return events.slice(0, options.limit);
  }

  async markPublished(eventId: string, at: number): Promise<void> {
    const update = new UpdateCommand({
      TableName: this.#table.name,
      Key: keys.outbox(eventId),
      UpdateExpression: "SET published_at = if_not_exists(published_at, :at)",
      // An entry that has expired in the meantime must not come back half.
      ConditionExpression: "attribute_exists(pk)",
      ExpressionAttributeValues: { ":at": at },
    });
    try {
      await this.#table.client.send(update);
    } catch (error) {
      // Expired: there is nothing left to mark, and publishing it once more would not help.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
}

/** Every event goes into history and outbox, once. */
export function eventWrites(table: StateTable, events: readonly DomainEvent[]): Write[] {
  return events.flatMap((event) => [
    table.put(jsonItem(keys.history(event.at, event.eventId), event), isNew),
    table.put(
      jsonItem(keys.outbox(event.eventId), event, {
        expires_at: Math.floor(event.at / 1000) + OUTBOX_KEPT_SECONDS,
        ...table.correlation(),
      }),
      isNew,
    ),
  ]);
}
