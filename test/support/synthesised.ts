import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Template } from "aws-cdk-lib/assertions";
import type { Bundles } from "../../infra/bundle.ts";
import type { FunctionName } from "../../infra/permissions.ts";
import { StageFileSchema } from "../../infra/stage-file.ts";
import { findStage, type Stage, stageFrom } from "../../infra/stages.ts";
import { makeApp } from "../../infra/synthesise.ts";

/** Templates do not depend on the code, so any small directory serves; bundle.test.ts looks at the real bundles. */
export const bundles: Bundles = { directoryOf: () => join(import.meta.dirname, "..", "..", "infra", "ensembles") };

/** What an owner fills in: where it lives, and who hears of it. */
const filledIn = {
  account: "111122223333",
  region: "eu-central-1",
  alerts: [
    { mail: "desk@example.org" },
    { sms: "+4915112345678", priorities: ["CRITICAL"] },
    { queue: "risk" },
    { https: "secretsmanager:understudy/main/prod/pager" },
  ],
  alarms: [{ mail: "ops@example.org" }],
  slack: { workspaceId: "T00000000", alertsChannelId: "C00000001", alarmsChannelId: "C00000002" },
  monthlyBudgetUsd: 50,
  quietMinutes: 120,
  identityProvider: { issuer: "https://login.example.org", audience: ["understudy"], changeScopes: ["operate"] },
  ensemble: { models: ["eq_*"], accounts: ["444455556666"] },
};

export type TestStage = "local" | "dev" | "staging" | "prod";

/** The stage as its file says it; staging and prod as an owner fills them in. */
export function stageOf(name: TestStage, changes: object = {}): Stage {
  if (name === "local" || name === "dev") return { ...findStage(name, { environment: {} }), ...changes };
  const file = join("infra", "ensembles", "main", `${name}.json`);
  const written = JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", file), "utf8"));
  const stage = stageFrom(StageFileSchema.parse({ ...written, ...filledIn, ...changes }));
  return { ...stage, id: `main-${name}`, file };
}

const made = new Map<string, Templates>();
export type Templates = { data: Template; service: Template };

/** Both templates of a stage, made once a test file: a synthesis takes about a second. */
export function templatesOf(name: TestStage, changes: object = {}): Templates {
  const key = JSON.stringify([name, changes]);
  const templates = made.get(key) ?? synthesised(stageOf(name, changes));
  made.set(key, templates);
  return templates;
}

function synthesised(stage: Stage): Templates {
  // CloudFormation's own checks are seconds long; nag.test.ts runs them.
  const app = { builtinCloudFormationValidation: false };
  const { data, service } = makeApp({ environment: {}, bundles, stage, app });
  return { data: Template.fromStack(data), service: Template.fromStack(service) };
}

/** As the prover takes them: under the names of their stacks. */
export function stacksOf(name: TestStage, changes: object = {}): Record<string, Template> {
  const { data, service } = templatesOf(name, changes);
  const { id } = stageOf(name, changes);
  return { [`understudy-${id}-data`]: data, [`understudy-${id}-service`]: service };
}

type Resource = { Type: string; Properties: Record<string, unknown>; DeletionPolicy?: string };

/** All resources of a type as [logical id, resource]. */
export function resourcesOf(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.findResources(type) as Record<string, Resource>);
}

type FunctionProperties = { FunctionName: string; Role: { "Fn::GetAtt": [string] } };

function functionOf(service: Template, name: FunctionName): Record<string, unknown> & FunctionProperties {
  const [, found] = resourcesOf(service, "AWS::Lambda::Function").find(([, { Properties: p }]) =>
    new RegExp(`^understudy-[a-z0-9]+(-[a-z0-9]+)?-${name}$`).test(String(p.FunctionName)),
  )!;
  return found.Properties as Record<string, unknown> & FunctionProperties;
}

export type Statement = { Effect: string; Action: string | string[]; Resource: unknown };

/** Everything the role of the function allows. */
export function statementsOf(service: Template, name: FunctionName): Statement[] {
  const [role] = functionOf(service, name).Role["Fn::GetAtt"];
  return resourcesOf(service, "AWS::IAM::Policy")
    .filter(([, policy]) => (policy.Properties.Roles as { Ref: string }[]).some((r) => r.Ref === role))
    .flatMap(([, policy]) => (policy.Properties.PolicyDocument as { Statement: Statement[] }).Statement);
}

/** The function's variables whose values the template knows. */
export function variablesOf(service: Template, name: FunctionName): Record<string, string> {
  const { Environment } = functionOf(service, name) as { Environment?: { Variables: Record<string, unknown> } };
  const known = Object.entries(Environment?.Variables ?? {}).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(known) as Record<string, string>;
}
