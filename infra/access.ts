import { CfnOutput, type Stack } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { ManagedPolicy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { routeNames, routes } from "../shared/api/contract/routes.ts";
import { acknowledgeStars } from "./acknowledgements.ts";
import type { Stage } from "./stages.ts";

type Route = { method: string; path: string };

/** Who may call which routes: policies to attach to people's and programs' roles. The ensemble's own is in the data stack. */
const policies: readonly { id: string; description: string; covers: (route: Route) => boolean }[] = [
  { id: "Reader", description: "may look at everything and change nothing", covers: ({ method }) => method === "GET" },
  { id: "Operator", description: "may deploy, promote, roll back, pause", covers: () => true },
  {
    id: "AllocationReader",
    description: "may read the allocation the ensemble follows",
    covers: ({ path }) => path === "/shadow/allocation",
  },
];

export function makePolicies(scope: Stack, stage: Stage, api: HttpApi): void {
  for (const { id, description, covers } of policies) {
    const resources = routeNames
      .map((name) => routes[name])
      .filter(covers)
      .map((route) => addressOf(scope, api, route));
    const policy = new ManagedPolicy(scope, `${id}Policy`, {
      description: `Understudy ${stage.id}: ${description}`,
      statements: [new PolicyStatement({ actions: ["execute-api:Invoke"], resources })],
    });
    const open = resources.filter((resource) => resource.endsWith("*"));
    acknowledgeStars(policy, open, "The path ends with the name of a model: any name is meant, of this route alone");
    new CfnOutput(scope, `${id}PolicyArn`, { value: policy.managedPolicyArn, description });
  }
}

/** A parameter of a path is any text; nothing else is left open. */
function addressOf(scope: Stack, api: HttpApi, { method, path }: Route): string {
  const open = path.replaceAll(/\{[^}]+\}/g, "*");
  return scope.formatArn({ service: "execute-api", resource: api.apiId, resourceName: `$default/${method}${open}` });
}
