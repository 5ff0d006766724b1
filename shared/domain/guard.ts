/** Placeholder types; numbers come with shared/stats/guard.ts. */
export type GuardState = { status: string };
