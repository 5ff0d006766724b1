import { machineForm } from "../domain/alert.ts";
import { priorityOf } from "../domain/event.ts";
import type { StatePort } from "../pipeline/ports.ts";
import { type Answer, success } from "./answer.ts";
import type { EventAnswer, HistoryAnswer } from "./contract/event.ts";
import type { RequestPart } from "./contract/routes.ts";
import { isoTime } from "./view.ts";

/** Events, newest first, a page at a time. */
export async function readHistory(
  query: RequestPart<"history", "query">,
  ports: { state: StatePort },
): Promise<Answer<HistoryAnswer>> {
  const page = await ports.state.listHistory({
    limit: query.limit,
    cursor: query.cursor ? Buffer.from(query.cursor, "base64url").toString("utf8") : null,
    type: query.type ?? null,
    modelName: query.model_name ?? null,
  });
  return success({
    events: page.events.map((event) => ({
      ...machineForm(event),
      priority: priorityOf[event.type],
      delivery: deliveryOf(page.published.get(event.eventId) ?? null),
    })),
    cursor: page.cursor === null ? null : Buffer.from(page.cursor).toString("base64url"),
  });
}

function deliveryOf(publishedAt: number | null): EventAnswer["delivery"] {
  return { state: publishedAt === null ? "waiting" : "published", published_at: isoTime(publishedAt) };
}
