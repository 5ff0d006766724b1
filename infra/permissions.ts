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

/** A test runs every function behind a recording proxy and holds its calls against this table. */
export const permissions = {
  ingest: { state: ["GetItem", "Query", "PutItem"] },
  evaluate: { state: [...read, "PutItem", "ConditionCheckItem"] },
  notify: { state: ["UpdateItem"], publishesAlerts: true },

  health: { state: read, readsFailureQueue: true },
  status: { state: read },
  comparison: { state: read },
  history: { state: ["Query"] },
  allocation: { state: ["GetItem", "Query"] },
  report: { state: ["Query"] },
  openapi: { state: [] },

  deploy: { state: ["GetItem", "BatchGetItem", "PutItem", "UpdateItem"] },
  promote: { state: [...read, "PutItem"] },
  rollback: { state: [...read, "PutItem", "ConditionCheckItem"] },
  retire: { state: ["GetItem", "BatchGetItem", "PutItem"] },
  pause: { state: ["GetItem", "BatchGetItem", "PutItem"] },
  resume: { state: ["GetItem", "BatchGetItem", "PutItem"] },
} as const satisfies Record<string, Permissions>;

export const functionNames = Object.keys(permissions) as FunctionName[];
