/**
 * missing: a valid trade that is not in the ledger · extra: a row without its trade · different: a row that says something else than
 * its trade · double: a trade with more than one row
 */
export const mismatchKinds = ["missing", "extra", "different", "double"] as const;
export type MismatchKind = (typeof mismatchKinds)[number];
