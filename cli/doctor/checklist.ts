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

/** Section by section the rows of the deployment checklist, in its order; what this system does otherwise stands in the row. */
export const checklist: readonly Section[] = [
  {
    title: "1. Code review",
    rows: [
      person("The way of a trade read: docs/DATAFLOW.md, shared/domain, shared/pipeline"),
      person(
        "Statistical tests, promotion criteria and score read: docs/FRAMEWORK.md, shared/stats/rule, shared/domain/gates",
      ),
      person("Thompson sampling and ramp read: shared/domain/allocation.ts"),
      person("Rollback read: docs/RUNBOOK.md, shared/domain/rollback.ts"),
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
      machine("Checkpoint exported, and verified", "checkpoint"),
      person("Notification subscribers confirmed (e-mail, Slack, SMS)"),
      person("Backup notification tested"),
    ],
  },
  {
    title: "4. Documentation",
    rows: [
      person("Read docs/EXPLANATION.md, FRAMEWORK.md, INTEGRATION.md, RISKS.md"),
      person("Everybody on call has read docs/RUNBOOK.md: what to do by hand, alert by alert"),
      person("Everybody trained on champion, challengers and what a look is: docs/TUTORIAL.md"),
    ],
  },
  {
    title: "5. Installation and integration",
    rows: [
      person("Installed from the lock file: `npm ci`; deployed: docs/DEPLOYMENT.md"),
      person("Ensemble's code saved before the change, commit: ________________"),
      person("Ensemble writes every closed trade of every model, and follows the allocation: docs/INTEGRATION.md"),
      machine("Ensemble's decisions unaffected: a write that waits or fails never holds trading up", "writePath"),
      machine("Endpoints accessible, answers as promised", "routes"),
    ],
  },
  {
    title: "6. First models",
    rows: [
      machine("Champion visible in status, metrics structure correct", "champion"),
      machine("Challenger deployed, allocation 0 %", "challenger"),
    ],
  },
  {
    title: "7. Monitoring",
    rows: [
      person("Page opened (`npm run dashboard -- --stage …`), or your own script on /shadow/status"),
      machine("Promotion alert", "alertPromotion"),
      machine("Manual review alert", "alertReview"),
      machine("Rollback alert", "alertRollback"),
      machine("Degradation alert", "alertDegradation"),
      machine("No errors in the logs of the rehearsal", "noErrors"),
    ],
  },
  {
    title: "8. Validation (two to three weeks)",
    rows: [
      machine("Champion's trades so far", "first100"),
      person("Trades and win rate on day 1 ____, 3 ____, 7 ____, 14 ____, 21 ____"),
      person("Challenger's trades after week 1 ____, 2 ____, 3 ____"),
      machine("Decision of the first challenger", "decision"),
      person("Promoted, former champion archived, everybody notified"),
      person("Win rate of trades 1–25 ____, 26–50 ____, 51–75 ____, 76–100 ____ after it (the guard reads every one)"),
      machine("Rollback rehearsed on this stack (dry run)", "rollbackDryRun"),
    ],
  },
  {
    title: "9. System health",
    rows: [
      machine("Memory < 500 MB", "memory"),
      machine("CPU overhead of the ensemble < 5 %", "overhead"),
      machine("Store, stream, dead letters", "health"),
    ],
  },
  {
    title: "10. Data integrity",
    rows: [
      machine("Trade history accurate", "tradeHistory"),
      machine("Metrics computed anew from the raw trades", "figures"),
    ],
  },
  {
    title: "11. Notifications",
    rows: [
      machine("Every kind of alert of the rehearsal delivered", "alertFormat"),
      machine("Alerts of this stack published", "alertsPublished"),
      person("Alert format: readable, actionable (docs/ALERTS.md)"),
    ],
  },
  {
    title: "12. Plan for an emergency",
    rows: [
      person("`understudy pause` tried; ENABLE_SHADOW_MODELS=false and a new start tried"),
      person("Way back to the release before known: docs/DEPLOYMENT.md"),
      person("Afterwards: cause ________________, mended ________________, deployed again ________________"),
    ],
  },
  {
    title: "13. Success after three months",
    rows: [
      machine("Figures so far (wanted: 20 tested, 6 promotions, less than 10 % rolled back, 5 % false)", "success"),
      person("Working time saved ____ hours; confidence, speed of iteration (survey) ________________"),
      person("No incident from a bad model; process integrated, documentation useful"),
      person("Losses prevented ____, revenue gained ____, return ____ %, paid back ____"),
    ],
  },
  {
    title: "14. Sign-off",
    rows: [
      person("Developer"),
      person("QA engineer"),
      person("DevOps"),
      person("Lead of the developers"),
      person("Technical lead"),
      person("Product owner"),
      person(
        "Review after a month: date ____, attendees ________________, status ________________, actions ________________",
      ),
      person("Notes and issues: ________________"),
    ],
  },
];

/** Rows of a stage in AWS alone. */
export const deployedSection: Section = {
  title: "15. In AWS",
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
