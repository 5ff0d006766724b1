import { CfnBudget } from "aws-cdk-lib/aws-budgets";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { nameIn } from "./names.ts";
import type { Stage } from "./stages.ts";

/** Tells the alarms topic before the month costs more than the stage's file says. The tag `stage` must be a cost allocation tag. */
export function makeBudget(scope: Construct, stage: Stage, alarms: ITopic): void {
  if (stage.monthlyBudgetUsd === undefined) return;
  const tell = (notificationType: "ACTUAL" | "FORECASTED", threshold: number) => ({
    notification: { notificationType, comparisonOperator: "GREATER_THAN", threshold, thresholdType: "PERCENTAGE" },
    subscribers: [{ subscriptionType: "SNS", address: alarms.topicArn }],
  });
  new CfnBudget(scope, "Budget", {
    budget: {
      budgetName: nameIn(stage, "budget"),
      budgetType: "COST",
      timeUnit: "MONTHLY",
      budgetLimit: { amount: stage.monthlyBudgetUsd, unit: "USD" },
      costFilters: { TagKeyValue: [`user:stage$${stage.id}`] },
    },
    notificationsWithSubscribers: [tell("ACTUAL", 80), tell("FORECASTED", 100)],
  });
}
