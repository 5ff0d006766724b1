import { shortName } from "../domain/quarantine.ts";

/**
 * Keys of the state table: one place that says where everything lies.
 *
 * | pk             | sk                 | item |
 * |----------------|--------------------|------|
 * | REGISTRY       | REGISTRY           | roles, fenced by version |
 * | REGISTRY       | ALLOCATION         | what the weights of the allocation rest on |
 * | MODEL#name     | HEAD               | ledger head; its changes trigger evaluate |
 * | MODEL#name     | BLOCK#clock#first#hash | ledger rows, sealed |
 * | MODEL#name     | CHANGED#trade      | record by which a counted trade was last changed or deleted |
 * | MODEL#name     | RECONCILED         | when its raw trades were compared with its ledger last, and what was found |
 * | MODEL#name     | VERSIONS           | versions ever deployed |
 * | MODEL#name     | LOOK#3#2#700       | dossier: entry 3, reign 2, 700 rows (numbers padded to 6 digits) |
 * | HISTORY        | time#event         | events in order |
 * | OUTBOX         | event              | events to publish; inserts trigger notify |
 * | QUARANTINE     | COUNT#name         | rejected records per model |
 * | QUARANTINE     | TRADE#name#seq#stream | one rejected record |
 * | QUARANTINE     | UNKNOWN               | count of all models that are not deployed, the most recent names |
 * | REQUEST#key    | REQUEST            | answer given to an Idempotency-Key |
 */

export type Key = { pk: string; sk: string };

const digits = (n: number, width: number) => String(n).padStart(width, "0");

export const keys = {
  registry: (): Key => ({ pk: "REGISTRY", sk: "REGISTRY" }),
  allocation: (): Key => ({ pk: "REGISTRY", sk: "ALLOCATION" }),
  head: (model: string): Key => ({ pk: `MODEL#${model}`, sk: "HEAD" }),
  block: (model: string, name: string): Key => ({ pk: `MODEL#${model}`, sk: `BLOCK#${name}` }),
  changed: (model: string, tradeId: string): Key => ({ pk: `MODEL#${model}`, sk: `CHANGED#${tradeId}` }),
  reconciled: (model: string): Key => ({ pk: `MODEL#${model}`, sk: "RECONCILED" }),
  versions: (model: string): Key => ({ pk: `MODEL#${model}`, sk: "VERSIONS" }),
  look: (options: { model: string; entry: number; reign: number; n: number }): Key => ({
    pk: `MODEL#${options.model}`,
    sk: `${keys.looksOf(options.entry)}${digits(options.reign, 6)}#${digits(options.n, 6)}`,
  }),
  looksOf: (entry: number): string => `LOOK#${digits(entry, 6)}#`,
  history: (at: number, eventId: string): Key => ({ pk: "HISTORY", sk: `${digits(at, 13)}#${eventId}` }),
  outbox: (eventId: string): Key => ({ pk: "OUTBOX", sk: eventId }),
  rejectionCount: (model: string): Key => ({ pk: "QUARANTINE", sk: `COUNT#${shortName(model)}` }),
  rejected: (model: string, record: { stream: string; sequence: string }): Key => ({
    pk: "QUARANTINE",
    sk: `TRADE#${shortName(model)}#${record.sequence}#${record.stream}`,
  }),
  unknownModels: (): Key => ({ pk: "QUARANTINE", sk: "UNKNOWN" }),
  answer: (key: string): Key => ({ pk: `REQUEST#${key}`, sk: "REQUEST" }),
};
