import { answerFaults, type RouteRow, routes } from "../../shared/api/contract/routes.ts";
import type { LocalRoute } from "../template/template.ts";
import type { Answer } from "./api-event.ts";

/**
 * Holds an answer against the route table, which openapi.json is made of. A deployed API does not look: here it is for whoever
 * changes an answer to see at once that the public contract says something else.
 * @returns what is not as promised; empty for routes the table does not know
 */
export function brokenPromises(route: LocalRoute, answer: Answer): string[] {
  const rows: RouteRow[] = Object.values(routes);
  const row = rows.find(({ method, path }) => method === route.method && path === route.path);
  if (!row) return [];
  const text = answer.body.toString("utf8");
  const isText = /^text\/plain/.test(String(answer.headers["content-type"]));
  try {
    const body: unknown = text === "" ? undefined : isText ? text : JSON.parse(text);
    return answerFaults(row, { status: answer.status, body });
  } catch {
    return ["the body is not JSON"];
  }
}
