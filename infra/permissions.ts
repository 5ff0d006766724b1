import { type RouteName, routeNames, routes } from "../shared/api/contract/routes.ts";

/**
 * What each function may call, and nothing else: one line a function, so that a review is a glance.
 * Table actions are granted on that table alone. Reading its stream and writing to the failure store, which an
 * event source mapping does in the function's name, and writing its own log group and traces come with the wiring.
 */

export type Permissions = {
  state: readonly string[];
  /** on the trades table */
  trades?: readonly string[];
  publishesAlerts?: true;
  readsFailures?: true;
};

const read = ["GetItem", "BatchGetItem", "Query"] as const;

const ofStreams = {
  ingest: { state: [...read, "PutItem", "ConditionCheckItem"] },
  evaluate: { state: [...read, "PutItem"] },
  notify: { state: ["UpdateItem", "DeleteItem"], publishesAlerts: true },
} as const satisfies Record<string, Permissions>;

/** What the clock alone starts (infra/schedules.ts). */
const ofSchedules = {
  sweep: { state: ["Query", "UpdateItem", "DeleteItem"], publishesAlerts: true, readsFailures: true },
  reconcile: { state: [...read, "PutItem", "ConditionCheckItem"], trades: ["Query"] },
} as const satisfies Record<string, Permissions>;

/** What a deployment asks before and after it lets batches through to new versions (infra/releases.ts). */
const ofReleases = {
  precheck: { state: read },
  postcheck: { state: read },
} as const satisfies Record<string, Permissions>;

export type FunctionName = keyof typeof ofStreams | keyof typeof ofSchedules | keyof typeof ofReleases | RouteName;

/** A test runs every function behind a recording proxy and holds its calls against this table. */
export const permissions = { ...ofStreams, ...ofSchedules, ...ofReleases, ...ofRoutes() } satisfies Record<
  FunctionName,
  Permissions
>;

/** The route table says what each route's function may do. */
function ofRoutes(): Record<RouteName, Permissions> {
  const rows = routeNames.map((name) => [name, routes[name].permission]);
  return Object.fromEntries(rows) as Record<RouteName, Permissions>;
}

export const functionNames = Object.keys(permissions) as FunctionName[];
