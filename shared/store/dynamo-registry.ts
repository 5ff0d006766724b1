import type { AllocationBasis } from "../domain/allocation.ts";
import type { LookDossier } from "../domain/look.ts";
import { emptyRegistry, type Registry } from "../domain/registry.ts";
import type { RegistryCommit, StoredAnswer, Written } from "../pipeline/ports.ts";
import { eventWrites } from "./dynamo-history.ts";
import type { DynamoLedger } from "./dynamo-ledger.ts";
import { callsEvaluate, jsonFrom, jsonItem, packedItem } from "./items.ts";
import { keys } from "./keys.ts";
import { isNew, type StateTable, type Write } from "./state-table.ts";

/** The registry, and what is stored in one transaction with its changes: looks, used versions, answers to requests. */
export class DynamoRegistry {
  readonly #table: StateTable;
  readonly #ledger: DynamoLedger;

  constructor(table: StateTable, ledger: DynamoLedger) {
    this.#table = table;
    this.#ledger = ledger;
  }

  async loadRegistry(options = { mayBeStale: false }): Promise<Registry> {
    return jsonFrom<Registry>(await this.#table.get(keys.registry(), options)) ?? emptyRegistry;
  }

  async loadAllocation(): Promise<AllocationBasis | null> {
    return jsonFrom<AllocationBasis>(await this.#table.get(keys.allocation()));
  }

  async saveAllocation(basis: AllocationBasis): Promise<void> {
    await this.#table.putOne(jsonItem(keys.allocation(), basis));
  }

  async loadUsedVersions(model: string): Promise<string[]> {
    const item = await this.#table.get(keys.versions(model));
    return item ? [...(item.versions as Set<string>)] : [];
  }

  async commit(change: RegistryCommit): Promise<Written> {
    const fence = {
      ConditionExpression: change.fromVersion === 0 ? "attribute_not_exists(pk)" : "version = :version",
      ...(change.fromVersion === 0 ? {} : { ExpressionAttributeValues: { ":version": change.fromVersion } }),
    };
    // A change of roles, or the end of a pause, can make due what no trade is needed for.
    const wakes = change.events.length > 0 ? callsEvaluate : {};
    const { registry } = change;
    const item = registry && packedItem(keys.registry(), registry, { version: registry.version, ...wakes });
    const writes: Write[] = [
      item
        ? this.#table.put(item, fence)
        : { ConditionCheck: { TableName: this.#table.name, Key: keys.registry(), ...fence } },
    ];
    if (change.enrolled) writes.push(...(await this.#enrol(change.enrolled)));
    for (const look of change.looks ?? []) {
      const { challenger: model, challengerEntry: entry, reign, n } = look;
      const item = packedItem(keys.look({ model, entry, reign, n }), look);
      writes.push(this.#table.put(item, isNew));
    }
    if (change.answer) {
      const item = jsonItem(keys.answer(change.answer.key), change.answer, {
        expires_at: Math.floor(change.answer.expiresAt / 1000),
      });
      writes.push(this.#table.put(item, isNew));
    }
    writes.push(...eventWrites(this.#table, change.events));
    // A checkpoint of the monitor is the registry alone.
    return this.#table.write(writes);
  }

  async #enrol({ name, version }: { name: string; version: string }): Promise<Write[]> {
    const writes: Write[] = [
      {
        Update: {
          TableName: this.#table.name,
          Key: keys.versions(name),
          UpdateExpression: "ADD versions :set",
          ConditionExpression: "attribute_not_exists(versions) OR NOT contains(versions, :version)",
          ExpressionAttributeValues: { ":set": new Set([version]), ":version": version },
        },
      },
    ];
    writes.push(...(await this.#ledger.beginning(name)));
    return writes;
  }

  async loadLook(options: { model: string; entry: number; reign: number; n: number }): Promise<LookDossier | null> {
    return jsonFrom<LookDossier>(await this.#table.get(keys.look(options)));
  }

  async listLooks(options: { model: string; entry: number }): Promise<LookDossier[]> {
    const items = await this.#table.query({
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": keys.head(options.model).pk, ":prefix": keys.looksOf(options.entry) },
    });
    return items.map((item) => jsonFrom<LookDossier>(item)!);
  }

  async loadAnswer(key: string): Promise<StoredAnswer | null> {
    return jsonFrom<StoredAnswer>(await this.#table.get(keys.answer(key)));
  }
}
