import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { DomainEvent } from "../domain/event.ts";
import type { HistoryPage, HistoryQuery } from "../pipeline/ports.ts";
import { jsonFrom, jsonItem } from "./items.ts";
import { keys } from "./keys.ts";
import { isNew, PAGES_MAX, type StateTable, type Write } from "./state-table.ts";

/** Pages (1 MB each) of the outbox read at once: what is published leaves it, so more than one means that nothing goes out. */
const OUTBOX_PAGES_MAX = 4;

/** What happened: history, and the outbox of what is still to be published. */
export class DynamoHistory {
  readonly #table: StateTable;

  constructor(table: StateTable) {
    this.#table = table;
  }

  async listHistory(query: HistoryQuery): Promise<HistoryPage> {
    const events: DomainEvent[] = [];
    const published = new Map<string, number>();
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
        if (fits && events.length === query.limit) return { events, published, cursor: last };
        if (fits) events.push(event);
        if (fits && typeof item.published_at === "number") published.set(event.eventId, item.published_at);
        last = String(item.sk);
      }
      if (!answer.LastEvaluatedKey) return { events, published, cursor: null };
    }
    return { events, published, cursor: last };
  }

  async listUnpublished(options: { limit: number }): Promise<DomainEvent[]> {
    const items = await this.#table.query(
      {
        KeyConditionExpression: "pk = :pk",
        // Only a table of an older release holds published ones.
        FilterExpression: "attribute_not_exists(published_at)",
        ExpressionAttributeValues: { ":pk": "OUTBOX" },
      },
      { pagesMax: OUTBOX_PAGES_MAX },
    );
    // Keys of the outbox are event ids, and only some of these begin with a time.
    const events = items.map((item) => jsonFrom<DomainEvent>(item)!).sort((a, b) => a.at - b.at);
    return events.slice(0, options.limit);
  }

  /**
   * What is published leaves the outbox, which so stays as small as what is late. The history keeps the event and when it went out; that
   * is written first, so that whoever crashes in between publishes and notes it once more.
   */
  async markPublished({ eventId, at }: Pick<DomainEvent, "eventId" | "at">, publishedAt: number): Promise<void> {
    const { client, name } = this.#table;
    const note = new UpdateCommand({
      TableName: name,
      Key: keys.history(at, eventId),
      UpdateExpression: "SET published_at = if_not_exists(published_at, :at)",
      ConditionExpression: "attribute_exists(pk)",
      ExpressionAttributeValues: { ":at": publishedAt },
    });
    try {
      await client.send(note);
    } catch (error) {
      // An event that is not in the history must not come into it half.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
    await client.send(new DeleteCommand({ TableName: name, Key: keys.outbox(eventId) }));
  }
}

/** Every event goes into history and outbox, once. */
export function eventWrites(table: StateTable, events: readonly DomainEvent[]): Write[] {
  return events.flatMap((event) => [
    table.put(jsonItem(keys.history(event.at, event.eventId), event), isNew),
    table.put(jsonItem(keys.outbox(event.eventId), event, table.correlation()), isNew),
  ]);
}
