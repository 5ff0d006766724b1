import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command } from "../../../shared/domain/command.ts";
import {
  ARCHIVE_MAX,
  DEPARTED_MAX,
  findModel,
  QUEUE_MAX,
  type Registry,
  registryFaults,
} from "../../../shared/domain/registry.ts";
import { look, promotion, RegistryRun, retirement, rollback } from "../../support/registry-run.ts";
import { aFinding, aGuard } from "../../support/samples.ts";

/** Any sequence of commands, sensible or not, by clocks that jump. */

type Step = {
  kind: "deploy" | "promote" | "rollback" | "rollback to" | "retire" | "look" | "guard" | "pause" | "resume";
  name: string;
  version: string;
  priority: number;
  now: number;
  maxChallengers: number;
};

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    ...(["deploy", "deploy", "deploy", "deploy", "promote", "promote", "rollback"] as const),
    ...(["rollback to", "retire", "look", "guard", "pause", "resume"] as const),
  ),
  name: fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"),
  version: fc.constantFrom("1", "2", "3"),
  priority: fc.integer({ min: -2, max: 2 }),
  now: fc.nat(1000),
  maxChallengers: fc.integer({ min: 1, max: 3 }),
});

function commandOf(run: RegistryRun, { kind, name, version, priority }: Step): Command {
  if (kind === "deploy") return run.deployment(name, { version, priority });
  if (kind === "promote") return promotion(name);
  if (kind === "rollback") return rollback();
  if (kind === "rollback to") return rollback(name);
  if (kind === "retire") return retirement(name);
  if (kind === "look") return look(name, run.registry.challengers.find((m) => m.name === name)?.nextLook ?? 500);
  if (kind === "guard") return { kind, guard: aGuard, event: "degradation", details: aFinding };
  return { kind };
}

function seatedOf(registry: Registry) {
  const { champion, challengers, archive, queue } = registry;
  return [...(champion ? [champion] : []), ...challengers, ...archive, ...queue];
}

/** What must hold after every change, and of it. */
function checkChange(before: Registry, run: RegistryRun, maxChallengers: number): void {
  const after = run.registry;
  expect(registryFaults(after, { maxChallengers: Math.max(maxChallengers, before.challengers.length) })).toEqual([]);
  expect(after.champion).not.toBeNull();
  expect(after.version).toBe(before.version + 1);
  expect(after.updatedAt).toBeGreaterThan(before.updatedAt);
  expect(after.archive.length).toBeLessThanOrEqual(ARCHIVE_MAX);
  expect(after.departed.length).toBeLessThanOrEqual(DEPARTED_MAX);
  expect(after.queue.length).toBeLessThanOrEqual(QUEUE_MAX);
  expect(after.trials).toBeGreaterThanOrEqual(before.trials);
  expect(after.reign - before.reign).toBe(after.champion?.entry === before.champion?.entry ? 0 : 1);
  if (after.queue.length > 0) expect(after.challengers.length).toBeGreaterThanOrEqual(maxChallengers);
  expect(after.queue.map((m) => m.priority)).toEqual(after.queue.map((m) => m.priority).sort((a, b) => b - a));
}

describe("any sequence of commands", () => {
  it("never breaks the registry, and every change adds one to its version", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const run = new RegistryRun();
        for (const s of steps) {
          const before = run.registry;
          const copy = structuredClone(before);
          const outcome = run.try(commandOf(run, s), { now: s.now, maxChallengers: s.maxChallengers });
          expect(before).toEqual(copy);
          if (outcome.ok) checkChange(before, run, s.maxChallengers);
          else expect(run.registry).toBe(before);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("gives every event an id of its own and times that never run backwards", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const run = new RegistryRun();
        for (const s of steps) run.try(commandOf(run, s), { now: s.now, maxChallengers: s.maxChallengers });
        const ids = run.events.map((e) => e.eventId);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids).toEqual([...ids].sort());
        const times = run.events.map((e) => e.at);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });

  it("never lets a version in twice, nor back in once it has left", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const run = new RegistryRun();
        const entered = new Set<string>();
        const left = new Set<number>();
        for (const s of steps) {
          const command = commandOf(run, s);
          const outcome = run.try(command, { now: s.now, maxChallengers: s.maxChallengers });
          if (outcome.ok && command.kind === "deploy") {
            const entry = `${s.name} ${s.version}`;
            expect(entered).not.toContain(entry);
            entered.add(entry);
          }
          for (const departed of run.registry.departed) left.add(departed.entry);
          for (const seated of seatedOf(run.registry)) expect(left).not.toContain(seated.entry);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("leaves a rollback possible after every promotion", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const run = new RegistryRun();
        for (const s of steps) {
          const command = commandOf(run, s);
          const outcome = run.try(command, { now: s.now, maxChallengers: s.maxChallengers });
          if (!outcome.ok || command.kind !== "promote") continue;
          const former = run.registry.archive[0]!.name;
          run.do(rollback(), { now: s.now });
          expect(run.registry.champion?.name).toBe(former);
          expect(findModel(run.registry, command.challenger)?.role).toBe("quarantined");
        }
      }),
      { numRuns: 200 },
    );
  });
});
