import type * as z from "zod";
import * as request from "./requests.ts";

/**
 * What a function checks before it runs, under the name of its route. Apart from the rest of the route table, because a
 * function needs nothing else of it: building the schemas of every answer too takes it four times as long at a cold start.
 */

export type RouteRequest = {
  request: { path?: z.ZodObject; query?: z.ZodObject; body?: z.ZodType };
  /** answers also while ENABLE_SHADOW_MODELS is false */
  always?: true;
};

export const routeRequests = {
  health: { request: {}, always: true },
  status: { request: {} },
  comparison: { request: { path: request.ChallengerPath } },
  paths: { request: { path: request.ChallengerPath } },
  watch: { request: {} },
  deploy: { request: { body: request.DeployRequest } },
  promote: { request: { path: request.ChallengerPath, body: request.PromoteRequest } },
  rollback: { request: { body: request.RollbackRequest } },
  history: { request: { query: request.HistoryQuerySchema } },
  allocation: { request: { query: request.AllocationQuerySchema } },
  report: { request: { query: request.ReportQuerySchema } },
  retire: { request: { path: request.NamePath, body: request.ReasonRequest } },
  pause: { request: { body: request.ReasonRequest } },
  resume: { request: { body: request.ReasonRequest } },
  metrics: { request: {}, always: true },
  openapi: { request: {}, always: true },
} as const satisfies Record<string, RouteRequest>;
