import * as z from "zod";
import { GuardState } from "./champion-watch.ts";
import { Count, RegistryVersion, Time } from "./parts.ts";

/** Answers of the routes that change roles. */

export const Deployed = z
  .strictObject({
    model_name: z.string(),
    version: z.string(),
    role: z.enum(["champion", "challenger", "queued"]),
    allocation: z.number().min(0).max(1),
    queue_position: Count.optional(),
    deployed_at: Time,
    registry_version: RegistryVersion,
  })
  .meta({ id: "Deployed" });

export const Promoted = z
  .strictObject({
    champion: z.string(),
    former_champion: z.string(),
    forced: z.boolean(),
    n: Count.describe("Common signals the promotion rests on."),
    guard: GuardState.nullable(),
    registry_version: RegistryVersion,
  })
  .meta({ id: "Promoted" });

const RolledBack = z
  .strictObject({
    restored: z.string(),
    demoted: z.string(),
    duration_ms: z.number().min(0).describe("From the request's arrival to the sending of the transaction."),
    registry_version: RegistryVersion,
  })
  .meta({ id: "RolledBack" });

const Rehearsed = z
  .strictObject({
    dry_run: z.literal(true),
    restored: z.string(),
    demoted: z.string(),
    challengers_restarted: z.array(z.string()),
    archive_after: z.array(z.string()),
    events: z.array(z.string()).describe("What history would say."),
  })
  .meta({ id: "RollbackRehearsed" });

export const Rollback = z.union([RolledBack, Rehearsed]);

export const Retired = z
  .strictObject({
    retired: z.string(),
    started: z.array(z.string()).describe("Models that took the free place."),
    registry_version: RegistryVersion,
  })
  .meta({ id: "Retired" });

export const Paused = z.strictObject({ paused: z.boolean(), registry_version: RegistryVersion }).meta({ id: "Paused" });

export type DeployedAnswer = z.infer<typeof Deployed>;
export type PromotedAnswer = z.infer<typeof Promoted>;
export type RollbackAnswer = z.infer<typeof Rollback>;
export type RetiredAnswer = z.infer<typeof Retired>;
export type PausedAnswer = z.infer<typeof Paused>;
