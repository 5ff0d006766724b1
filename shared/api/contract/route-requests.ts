import type * as z from "zod";
import * as request from "./requests.ts";

/**
 * What a function checks before it runs, under the name of its route. Apart from the rest of the route table, because a
 * function needs nothing else of it: building the schemas of every answer too takes it four times as long at a cold start.
 */

export type RequestSchemas = { path?: z.ZodObject; query?: z.ZodObject; body?: z.ZodType };

export type RouteRequest = {
  /** made when asked for: a function asks for its own route's */
  request: () => RequestSchemas;
  /** answers also while ENABLE_SHADOW_MODELS is false */
  always?: true;
};

export const routeRequests = {
  health: { request: () => ({}), always: true },
  status: { request: () => ({}) },
  comparison: { request: () => ({ path: request.challengerPath() }) },
  paths: { request: () => ({ path: request.challengerPath() }) },
  watch: { request: () => ({}) },
  deploy: { request: () => ({ body: request.deployRequest() }) },
  promote: { request: () => ({ path: request.challengerPath(), body: request.promoteRequest() }) },
  rollback: { request: () => ({ body: request.rollbackRequest() }) },
  history: { request: () => ({ query: request.historyQuery() }) },
  allocation: { request: () => ({ query: request.allocationQuery() }) },
  report: { request: () => ({ query: request.reportQuery() }) },
  retire: { request: () => ({ path: request.namePath(), body: request.reasonRequest() }) },
  pause: { request: () => ({ body: request.reasonRequest() }) },
  resume: { request: () => ({ body: request.reasonRequest() }) },
  metrics: { request: () => ({}), always: true },
  openapi: { request: () => ({}), always: true },
} as const satisfies Record<string, RouteRequest>;
