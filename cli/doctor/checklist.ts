import type { CheckId } from "./checks.ts";
import type { DeployedCheckId } from "./stage-checks.ts";

/** The deployment checklist: its rows, and who can sign each: a check of the doctor's, or a person. */

export type Row = {
  text: string;
  /** null: for a person */
  check: CheckId | DeployedCheckId | null;
};

export type Section = { title: string; rows: readonly Row[] };

const machine = (text: string, check: CheckId | DeployedCheckId): Row => ({ text, check });
const person = (text: string): Row => ({ text, check: null });

export const checklist: readonly Section[] = [
  {
    title: "1. Code review",
    rows: [
      person("Rule, gates and score read: docs/FRAMEWORK.md"),
      person("Thompson sampling and ramp read: shared/domain/allocation.ts"),
      person("Rollback read: docs/RUNBOOK.md"),
      person("Code approved by: ________________"),
    ],
  },
  {
    title: "2. Testing",
    rows: [
      person("`npm test` passed: ____ tests"),
      machine("Statistical test latency < 200 ms", "testsLatency"),
      machine("Promotion decision < 500 ms", "decisionLatency"),
      machine("Rollback < 30 s", "rollbackSpeed"),
      machine("Integration test passed (full promotion cycle)", "cycle"),
      machine("Rollback test passed (restoration verified)", "rollbackRestores"),
    ],
  },
  {
    title: "3. Configuration",
    rows: [
      machine("Settings as in the checklist (500, 1.20, 0.05, 10,000, 100)", "settings"),
      person("Notification subscribers confirmed (e-mail, Slack, SMS)"),
      person("Backup notification tested"),
    ],
  },
  {
    title: "4. Documentation",
    rows: [
      person("Read docs/EXPLANATION.md, FRAMEWORK.md, INTEGRATION.md, RISKS.md"),
      person("Everybody on call has read docs/RUNBOOK.md"),
    ],
  },
  {
    title: "5. First models",
    rows: [
      machine("Endpoints accessible, answers as promised", "routes"),
      machine("Champion visible in status, metrics structure correct", "champion"),
      machine("Challenger deployed, allocation 0 %", "challenger"),
      machine("Champion's trades so far", "first100"),
      machine("Decision of the first challenger", "decision"),
      machine("Rollback rehearsed on this stack (dry run)", "rollbackDryRun"),
    ],
  },
  {
    title: "6. System health",
    rows: [
      machine("Memory < 500 MB", "memory"),
      machine("CPU overhead of the ensemble < 5 %", "overhead"),
      machine("Ensemble's decisions unaffected", "writePath"),
      machine("No errors in the logs of the rehearsal", "noErrors"),
      machine("Store, stream, dead letters", "health"),
    ],
  },
  {
    title: "7. Data integrity",
    rows: [
      machine("Checkpoint exported, and verified", "checkpoint"),
      machine("Trade history accurate", "tradeHistory"),
      machine("Metrics computed anew from the raw trades", "figures"),
    ],
  },
  {
    title: "8. Notifications",
    rows: [
      machine("Promotion alert", "alertPromotion"),
      machine("Manual review alert", "alertReview"),
      machine("Rollback alert", "alertRollback"),
      machine("Degradation alert", "alertDegradation"),
      machine("Every kind of alert of the rehearsal delivered", "alertFormat"),
      machine("Alerts of this stack published", "alertsPublished"),
      person("Alert format: readable, actionable"),
    ],
  },
  {
    title: "9. Success after three months",
    rows: [
      machine("Figures so far", "success"),
      person("Process integrated, documentation useful, incidents from bad models: none"),
    ],
  },
];

/** Rows of a stage in AWS alone. */
export const deployedSection: Section = {
  title: "10. In AWS",
  rows: [
    machine("The stage's account", "account"),
    machine("Stacks complete", "stacks"),
    machine("Every function of this release", "versions"),
    machine("Subscriptions confirmed", "subscriptions"),
    machine("Alarms reach their topic", "alarmsDeliverable"),
    machine("No alarm is on", "alarmsOff"),
    machine("Quota of simultaneous executions", "concurrency"),
    machine("Quota of the tables", "tableQuota"),
    machine("Triggers read their tables' present streams", "streamLabel"),
    machine("Triggers enabled, last batches taken", "triggers"),
    machine("Age of the oldest stream record", "streamAge"),
    machine("Messages no subscriber could be given", "undelivered"),
  ],
};
