import type { FunctionName } from "./permissions.ts";

/** The HTTP surface: one route, one function. What each answers is in /openapi.json. */
export type Route = { method: "GET" | "POST" | "DELETE"; path: string; function: FunctionName };

export const routes: readonly Route[] = [
  { method: "GET", path: "/health", function: "health" },
  { method: "GET", path: "/shadow/status", function: "status" },
  { method: "GET", path: "/shadow/comparison/{challenger}", function: "comparison" },
  { method: "POST", path: "/shadow/deploy", function: "deploy" },
  { method: "POST", path: "/shadow/promote/{challenger}", function: "promote" },
  { method: "POST", path: "/shadow/rollback", function: "rollback" },
  { method: "GET", path: "/shadow/history", function: "history" },
  { method: "GET", path: "/shadow/allocation", function: "allocation" },
  { method: "GET", path: "/shadow/report", function: "report" },
  { method: "DELETE", path: "/shadow/challengers/{name}", function: "retire" },
  { method: "POST", path: "/shadow/pause", function: "pause" },
  { method: "POST", path: "/shadow/resume", function: "resume" },
  { method: "GET", path: "/openapi.json", function: "openapi" },
];
