import { Duration } from "aws-cdk-lib";
import { Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledgements.ts";
import { logicalId } from "./names.ts";
import type { FunctionName } from "./permissions.ts";

/**
 * What runs by the clock. Streams start everything else; these catch what a stream did not bring.
 * evaluate gets an empty batch: it looks at what is due, so a batch that was given up, or a deadline that passed without a trade,
 * waits for the next of these calls at most.
 */
export const schedules: readonly { function: FunctionName; everyMinutes: number; input?: object }[] = [
  { function: "sweep", everyMinutes: 5 },
  { function: "reconcile", everyMinutes: 24 * 60 },
  { function: "evaluate", everyMinutes: 15, input: { Records: [] } },
];

export function makeSchedules(scope: Construct, handlers: Record<FunctionName, IFunction>): void {
  for (const { function: name, everyMinutes, input } of schedules) {
    const id = logicalId(name);
    const rule = new Rule(scope, `${id}Schedule`, {
      description: `Understudy: ${name} every ${everyMinutes} minutes`,
      schedule: Schedule.rate(Duration.minutes(everyMinutes)),
      targets: [
        new LambdaFunction(handlers[name], {
          ...(input && { event: RuleTargetInput.fromObject(input) }),
          // The next run does what this one could not; a pile of late ones would help nobody.
          retryAttempts: 0,
          maxEventAge: Duration.minutes(everyMinutes),
        }),
      ],
    });
    acknowledge(rule, "Serverless::Serverless-EventBusDLQ");
  }
}
