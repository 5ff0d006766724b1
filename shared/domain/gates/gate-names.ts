export const gateNames = [
  "statistical",
  "trades",
  "mean",
  "sharpe",
  "size",
  "wild",
  "stress",
  "silent",
  "drawdown",
  "win-rate",
  "assumed",
  "fills",
  "consistency",
  // of rule 2026.1, still in its dossiers
  "mean-pnl",
  "win-rate-kept",
  "coverage",
  "unreported",
  "differing",
  "buckets",
  "data",
  "data-integrity",
] as const;
export type GateName = (typeof gateNames)[number];

/** What stops approval: a gate, the score, or too long a test. */
export const blockingNames = [...gateNames, "score", "horizon"] as const;
export type Blocking = (typeof blockingNames)[number];
