import type { ModelAnswer, StatusAnswer } from "../../shared/api/contract/status.ts";

/** Models with a seat, in the order in which people think of them. */
export function seatedModels(status: StatusAnswer): ModelAnswer[] {
  return [...(status.champion ? [status.champion] : []), ...status.challengers, ...status.queue, ...status.archive];
}
