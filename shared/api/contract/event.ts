import { z } from "zod";
import { type EventType, priorityOf } from "../../domain/event.ts";
import { NullableTime, Time } from "./parts.ts";

/** GET /shadow/history */

export const eventTypes = Object.keys(priorityOf) as EventType[];

const Event = z
  .strictObject({
    event_id: z.string(),
    event_type: z.enum(eventTypes),
    priority: z.enum(["LOW", "MEDIUM", "HIGH", "CRITICAL"]),
    at: Time,
    trade_time: NullableTime,
    model_name: z.string().nullable(),
    summary: z.string(),
    actor: z.string(),
    reason: z.string(),
    registry_version: z.number().int().nullable(),
    details: z.record(z.string(), z.unknown()).describe("The numbers behind it, by type of event."),
  })
  .meta({ id: "Event" });

export const History = z
  .strictObject({
    events: z.array(Event).describe("Newest first."),
    cursor: z.string().nullable().describe("Of the next page; null: this is the last."),
  })
  .meta({ id: "History" });

export type EventAnswer = z.infer<typeof Event>;
export type HistoryAnswer = z.infer<typeof History>;
