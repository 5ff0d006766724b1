import { type Due, lookCommands } from "../domain/consequences.ts";
import { promotionHeld } from "../domain/cooldown.ts";
import type { LedgerHead } from "../domain/ledger.ts";
import { type Candidate, takeLook } from "../domain/look.ts";
import { cannotBeDue, type LookHints, rememberHint } from "../domain/look-hints.ts";
import type { ReigningRegistry } from "../domain/registry.ts";
import { readCooldown } from "./cooldown.ts";
import { evidenceOfNextLook } from "./evidence.ts";
import type { Ports } from "./ports.ts";

/**
 * The looks of the earliest moment at which any is due, with what follows from them.
 * @param options.before  trades closed at or after this moment of trade time are not looked at
 */
export async function lookStep(
  registry: ReigningRegistry,
  options: { heads: ReadonlyMap<string, LedgerHead>; before: number },
  ports: Ports & { hints: LookHints },
): Promise<Due | null> {
  const { settings } = ports;
  const candidates = await candidatesOf(registry, options, ports);
  if (candidates.length === 0) return null;
  const at = Math.min(...candidates.map((c) => c.window.at));
  const taken = candidates
    .filter((c) => c.window.at === at)
    .map((c) => ({
      look: takeLook(c, { registry, heads: options.heads, settings, now: ports.clock.now() }),
      window: c.window,
    }));
  const held = await promotionHeldAt(registry, at, ports);
  const commands = lookCommands(taken, { champion: registry.champion.name, held, settings });
  return { at, commands, looks: taken.map((t) => t.look) };
}

/** Challengers with the rows of their next look. */
async function candidatesOf(
  registry: ReigningRegistry,
  { heads, before }: { heads: ReadonlyMap<string, LedgerHead>; before: number },
  { state, settings, hints }: Ports & { hints: LookHints },
): Promise<Candidate[]> {
  const { champion } = registry;
  const candidates: Candidate[] = [];
  for (const challenger of registry.challengers) {
    const place = { registry, challenger, heads, hints };
    if (cannotBeDue({ ...place, settings })) continue;
    const evidence = await evidenceOfNextLook({ champion, challenger, heads, settings, before }, state);
    const { window, rows, design, pending } = evidence;
    if (window) candidates.push({ challenger, window, design });
    else if (pending) rememberHint({ ...place, pending, short: rows.shortOf(challenger.nextLook) });
  }
  return candidates;
}

/** Why nothing is promoted by itself at a moment of trade time; null: it may be. */
async function promotionHeldAt(registry: ReigningRegistry, at: number, ports: Ports): Promise<string | null> {
  const { autoPromote } = ports.settings;
  // Where nothing promotes by itself, no ledger is read for a cooldown.
  const left = autoPromote ? await readCooldown(registry, { at }, ports) : 0;
  return promotionHeld(registry.champion.name, { autoPromote, left });
}
