import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import type { FailuresPort } from "../../shared/pipeline/failures.ts";
import { jsonFrom } from "../../shared/store/items.ts";
import { outboxEventOf } from "../../shared/store/stream-records.ts";
import type { FaultKind } from "./faults.ts";
import type { StreamFunctions } from "./functions.ts";
import type { Mutant } from "./life.ts";

/**
 * Faults put into the product on purpose, to show that a simulation would notice: each breaks one promise in the way somebody might break it by
 * accident.
 */

type Write = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];
type Item = Record<string, unknown>;
type Send = (command: unknown) => Promise<unknown>;

/** A client whose commands pass through a hand that may change them. */
function through(
  client: DynamoDBDocumentClient,
  hand: (command: unknown, send: Send) => Promise<unknown>,
): DynamoDBDocumentClient {
  const send = client.send.bind(client) as unknown as Send;
  return Object.assign(Object.create(client) as DynamoDBDocumentClient, {
    send: (command: unknown) => hand(command, send),
  });
}

const itemOf = (write: Write): Item => write.Put?.Item ?? {};
const isHead = (item: Item | undefined) => item?.sk === "HEAD";
const isRegistry = (item: Item | undefined) => item?.pk === "REGISTRY";

/** Conditions on these items are left out. */
const unconditional = (of: (item: Item | undefined) => boolean) => (client: DynamoDBDocumentClient) =>
  through(client, (command, send) => {
    if (command instanceof PutCommand && of(command.input.Item)) {
      const { ConditionExpression, ExpressionAttributeValues, ...input } = command.input;
      return send(new PutCommand(input));
    }
    if (!(command instanceof TransactWriteCommand)) return send(command);
    const TransactItems = command.input.TransactItems!.map((write): Write => {
      if (!write.Put || !of(write.Put.Item)) return write;
      const { ConditionExpression, ExpressionAttributeValues, ...Put } = write.Put;
      return { Put };
    });
    return send(new TransactWriteCommand({ ...command.input, TransactItems }));
  });

/** These items are written after their transaction, or not at all. */
const apart = (of: (item: Item) => boolean, later: boolean) => (client: DynamoDBDocumentClient) =>
  through(client, async (command, send) => {
    if (!(command instanceof TransactWriteCommand)) return send(command);
    const writes = command.input.TransactItems!;
    const inside = writes.filter((write) => !of(itemOf(write)));
    if (inside.length === writes.length || inside.length === 0) return send(command);
    const answer = await send(new TransactWriteCommand({ ...command.input, TransactItems: inside }));
    if (later) for (const write of writes) if (of(itemOf(write))) await send(new PutCommand(write.Put!));
    return answer;
  });

/** Bodies of these items are changed on the way. */
const changed = (of: (item: Item) => boolean, change: (body: Item) => Item) => (client: DynamoDBDocumentClient) =>
  through(client, (command, send) => {
    const altered = (item: Item): Item =>
      of(item) ? { ...item, body: JSON.stringify(change(jsonFrom<Item>(item)!)) } : item;
    if (command instanceof PutCommand)
      return send(new PutCommand({ ...command.input, Item: altered(command.input.Item!) }));
    if (!(command instanceof TransactWriteCommand)) return send(command);
    const TransactItems = command.input.TransactItems!.map((write) =>
      write.Put ? { Put: { ...write.Put, Item: altered(write.Put.Item!) } } : write,
    );
    return send(new TransactWriteCommand({ ...command.input, TransactItems }));
  });

const blindToPause = (client: DynamoDBDocumentClient, functionName: string) =>
  functionName !== "evaluate"
    ? client
    : through(client, async (command, send) => {
        const answer = (await send(command)) as { Item?: Item };
        if (!(command instanceof GetCommand) || !isRegistry(answer.Item)) return answer;
        const body = { ...jsonFrom<object>(answer.Item)!, paused: null };
        return { ...answer, Item: { ...answer.Item, body: JSON.stringify(body) } };
      });

const onFunctions = (change: (of: StreamFunctions) => Partial<StreamFunctions>): Mutant => ({
  functions: (of) => ({ ...of, ...change(of) }),
});

const onFailures = (change: (of: FailuresPort) => Partial<FailuresPort>): Mutant =>
  onFunctions((of) => ({
    redrive: ({ failures, ...environment }) => {
      const same: FailuresPort = {
        count: () => failures.count(),
        list: (limit) => failures.list(limit),
        read: (key) => failures.read(key),
        remove: (key) => failures.remove(key),
      };
      return of.redrive({ ...environment, failures: { ...same, ...change(failures) } });
    },
  }));

let sequence = 1_000_000;

export const mutants: Readonly<
  Record<string, { breaks: string; mutant: Mutant; faults?: Partial<Record<FaultKind, number>> }>
> = {
  "ledger-without-condition": {
    breaks: "a batch is written whether or not another one was faster",
    mutant: { tamper: unconditional(isHead) },
    faults: { crash: 0.03, slow: 0.15 },
  },
  "registry-without-fence": {
    breaks: "roles are changed from a registry that is out of date",
    mutant: { tamper: unconditional(isRegistry) },
    faults: { slow: 0.3 },
  },
  "outbox-afterwards": {
    breaks: "an event is put into the outbox after its change",
    mutant: { tamper: apart((i) => i.pk === "OUTBOX", true) },
  },
  "history-forgotten": {
    breaks: "a change leaves no history",
    mutant: { tamper: apart((i) => i.pk === "HISTORY", false) },
  },
  "answers-forgotten": {
    breaks: "the answer to an Idempotency-Key is not kept",
    mutant: { tamper: apart((i) => String(i.pk).startsWith("REQUEST#"), false) },
    faults: { crash: 0.03, "lost-answer": 0.2 },
  },
  "quarantine-forgotten": {
    breaks: "a record that cannot count is counted as such and thrown away",
    mutant: { tamper: apart((i) => i.pk === "QUARANTINE" && String(i.sk).startsWith("TRADE#"), false) },
    faults: { poison: 0.05 },
  },
  "archive-forgotten": {
    breaks: "who was champion before is not kept",
    mutant: { tamper: changed(isRegistry, (body) => ({ ...body, archive: [] })) },
  },
  "counts-by-hand": {
    breaks: "a head counts one trade too many, once it has many",
    mutant: {
      tamper: changed(isHead, (body) => ({
        ...body,
        count: Number(body.count) + (Number(body.count) === 500 ? 1 : 0),
      })),
    },
  },
  "pause-unseen": {
    breaks: "what is due is done although people paused it",
    mutant: { tamper: blindToPause },
    faults: { slow: 0.3 },
  },
  "watermark-ignored": {
    breaks: "a record that comes again counts again",
    mutant: onFunctions((of) => ({
      ingest: (environment, records) => {
        const renumbered = records.map((r) => ({
          ...r,
          dynamodb: { ...r.dynamodb, SequenceNumber: String(sequence++) },
        }));
        return of.ingest(environment, renumbered);
      },
    })),
    faults: { redelivery: 0.2 },
  },
  "failures-swallowed": {
    breaks: "a batch that failed is reported as done",
    mutant: onFunctions((of) => ({
      ingest: async (environment, records) => {
        await of.ingest(environment, records);
        return { batchItemFailures: [] };
      },
    })),
    faults: { throttle: 0.3 },
  },
  "alert-dropped": {
    breaks: "an alert that SNS refused is not sent again",
    mutant: onFunctions((of) => ({
      notify: async (environment, records) => {
        await of.notify(environment, records);
        return { batchItemFailures: [] };
      },
    })),
    faults: { "sns-down": 0.6 },
  },
  "marked-before-published": {
    breaks: "an alert is marked as sent and then sent",
    mutant: onFunctions((of) => ({
      notify: (environment, records) => {
        const events = (records as readonly unknown[] as DynamoDBRecord[]).map(outboxEventOf);
        const publish: typeof environment.alerts.publish = async (alert) => {
          const event = events.find((e) => e.eventId === alert.attributes.event_id)!;
          await environment.state.markPublished(event, environment.clock.now());
          await environment.alerts.publish(alert);
        };
        return of.notify({ ...environment, alerts: { publish } }, records);
      },
    })),
  },
  "given-up-in-part": {
    breaks: "of a batch that is given up the last record alone is kept",
    mutant: onFailures((failures) => ({
      read: async (key) => {
        const batch = await failures.read(key);
        return { ...batch, trades: batch.trades.slice(-1) };
      },
    })),
    faults: { exhaustion: 0.2 },
  },
  "given-up-and-removed": {
    breaks: "what is brought back leaves the failure store before it counts",
    mutant: onFailures((failures) => ({
      read: async (key) => {
        const batch = await failures.read(key);
        await failures.remove(key);
        return batch;
      },
    })),
    faults: { exhaustion: 0.2, crash: 0.02 },
  },
  "evaluation-by-one": {
    breaks: "a look is taken only when the champion's own trade brings it about",
    mutant: onFunctions((of) => ({
      evaluate: async (environment, records) =>
        records.some((r) => JSON.stringify(r.dynamodb.Keys).includes("MODEL#alpha"))
          ? of.evaluate(environment, records)
          : {},
    })),
  },
};
