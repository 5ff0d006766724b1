import type { z } from "zod";
import { machineForm } from "../domain/alert.ts";
import { priorityOf } from "../domain/event.ts";
import type { StatePort } from "../pipeline/ports.ts";
import { type Answer, success } from "./answer.ts";
import type { HistoryQuerySchema } from "./request.ts";

/** Events, newest first, a page at a time. */
export async function readHistory(
  query: z.output<typeof HistoryQuerySchema>,
  ports: { state: StatePort },
): Promise<Answer> {
  const page = await ports.state.listHistory({
    limit: query.limit,
    cursor: query.cursor ? Buffer.from(query.cursor, "base64url").toString("utf8") : null,
    type: query.type ?? null,
    modelName: query.model_name ?? null,
  });
  return success({
    events: page.events.map((event) => ({ ...machineForm(event), priority: priorityOf[event.type] })),
    cursor: page.cursor === null ? null : Buffer.from(page.cursor).toString("base64url"),
  });
}
