import { createHash } from "node:crypto";
import { RULE_VERSION } from "../domain/decide.ts";
import type { LedgerHead } from "../domain/ledger.ts";
import type { Registry } from "../domain/registry.ts";
import type { Settings } from "../domain/settings.ts";

/**
 * Tag of everything an answer about some models is made of: roles, settings, rule, and how far each ledger has been filled. Two small
 * reads tell a page that polls that nothing changed, instead of all ledgers again.
 */
export function tagOf(options: {
  registry: Registry;
  heads: ReadonlyMap<string, LedgerHead>;
  settings: Settings;
  about: string;
}): string {
  const filled = [...options.heads.values()].map((head) => [head.model, head.revision]).sort();
  const made = [RULE_VERSION, options.about, options.registry.version, filled, options.settings];
  return createHash("sha256").update(JSON.stringify(made)).digest("hex").slice(0, 32);
}

/** A number with as many digits as can be seen: answers of thousands of points stay small. */
export const drawn = (x: number): number => Number(x.toPrecision(7));
