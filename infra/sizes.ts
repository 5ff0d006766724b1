import type { FunctionName } from "./permissions.ts";

/** Lambda gives the processor in proportion to the memory: a whole core for so much. */
export const CORE_MB = 1769;

type Size = { memoryMb: number; timeoutSeconds: number };

/**
 * Memory, and with it the share of a core, as `npm run memory` measured it: docs/DEPLOYMENT.md has the table and
 * the reasons.
 */
const sizes: Partial<Record<FunctionName, Size>> = {
  ingest: { memoryMb: 1024, timeoutSeconds: 60 },
  evaluate: { memoryMb: CORE_MB, timeoutSeconds: 120 },
  notify: { memoryMb: 512, timeoutSeconds: 30 },
  // The whole of a ledger is in memory; Lambda gives no more time than this.
  reconcile: { memoryMb: CORE_MB, timeoutSeconds: 900 },
  sweep: { memoryMb: 512, timeoutSeconds: 60 },
  precheck: { memoryMb: 512, timeoutSeconds: 60 },
  // Five minutes of it are waited: as long as the API's canary takes.
  postcheck: { memoryMb: 512, timeoutSeconds: 360 },
};
/** What a person waits for while it computes. */
const computing: readonly FunctionName[] = ["status", "comparison", "paths", "watch", "metrics", "promote"];
/** The API's own limit is 30 s; an answer that takes longer than 10 s is a fault, and better seen as one. */
const apiSize: Size = { memoryMb: 512, timeoutSeconds: 10 };

export const sizeOf = (name: FunctionName): Size =>
  sizes[name] ?? (computing.includes(name) ? { ...apiSize, memoryMb: 1024 } : apiSize);
