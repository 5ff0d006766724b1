import { Stack, Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** What cdk-nag finds and we do not follow, each with its reason. A test runs the packs and finds nothing else. */
const reasons = {
  "AwsSolutions::AwsSolutions-IAM5[Resource::*]":
    "X-Ray's writes and ListStreams know no resource: IAM refuses a statement that names one. Everything else names its table, topic or queue",
  "AwsSolutions::AwsSolutions-SQS3":
    "It is where what could not be delivered or processed ends, or a subscriber's own: an alarm watches it",
  "Serverless::Serverless-SQSRedrivePolicy":
    "It is where what could not be delivered or processed ends, or a subscriber's own: an alarm watches it",
  "AwsSolutions::AwsSolutions-S1":
    "Lambda alone writes to it and an operator reads it with their own name in CloudTrail; a log of it would need a bucket of its own",
  "Serverless::Serverless-EventBusDLQ":
    "The next run does what a lost one could not; an alarm watches the sweep, and evaluation is level-triggered",
  "Serverless::Serverless-LambdaDLQ":
    "The API waits for its answer, stream triggers have their failure destination, and what the clock starts it starts again",
  "AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]":
    "CodeDeploy's own policy for shifting traffic between versions; the CDK attaches it, and nobody else has the role",
} as const;

export type Finding = keyof typeof reasons;

export function acknowledge(construct: IConstruct, ...findings: Finding[]): void {
  Validations.of(construct).acknowledge(...findings.map((id) => ({ id, reason: reasons[id] })));
}

type Part = string | { Ref: string } | { "Fn::GetAtt": string[] };

function textOf(part: Part): string {
  if (typeof part === "string") return part;
  return "Ref" in part ? `<${part.Ref}>` : `<${part["Fn::GetAtt"].join(".")}>`;
}

/** Resources that end with a star: what it stands for is meant, and nothing else is left open. */
export function acknowledgeStars(construct: IConstruct, resources: readonly string[], reason: string): void {
  const stack = Stack.of(construct);
  for (const resource of resources) {
    // As cdk-nag writes it: references as <Name>.
    const written = JSON.stringify(stack.resolve(resource));
    const parts = (JSON.parse(written) as { "Fn::Join": [string, Part[]] })["Fn::Join"][1];
    const text = parts.map(textOf).join("");
    Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-IAM5[Resource::${text}]`, reason });
  }
}

export const lastQueue: Finding[] = ["AwsSolutions::AwsSolutions-SQS3", "Serverless::Serverless-SQSRedrivePolicy"];
