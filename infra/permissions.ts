/**
 * What each function may call, and nothing else: one line a function, so that a review is a glance.
 * Table actions are granted on that table alone. Reading its stream and writing to the failure queue, which an
 * event source mapping does in the function's name, and writing its own log group and traces come with the wiring.
 */

export type FunctionName = keyof typeof permissions;

export type Permissions = {
  state: readonly string[];
  publishesAlerts?: true;
  readsFailureQueue?: true;
};

const read = ["GetItem", "BatchGetItem", "Query"] as const;
const change = [...read, "PutItem", "UpdateItem", "ConditionCheckItem"] as const;

export const permissions = {
  ingest: { state: ["GetItem", "Query", "PutItem", "UpdateItem", "ConditionCheckItem"] },
  evaluate: { state: [...change, "DeleteItem"] },
  notify: { state: ["UpdateItem"], publishesAlerts: true },

  health: { state: read, readsFailureQueue: true },
  status: { state: read },
  comparison: { state: read },
  history: { state: read },
  allocation: { state: read },
  report: { state: read },
  openapi: { state: [] },

  deploy: { state: change },
  promote: { state: change },
  rollback: { state: change },
  retire: { state: change },
  pause: { state: change },
  resume: { state: change },
} as const satisfies Record<string, Permissions>;

export const functionNames = Object.keys(permissions) as FunctionName[];
