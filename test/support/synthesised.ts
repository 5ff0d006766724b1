import { join } from "node:path";
import { Template } from "aws-cdk-lib/assertions";
import type { Bundles } from "../../infra/bundle.ts";
import type { StageName } from "../../infra/stages.ts";
import { makeApp } from "../../infra/synthesise.ts";

/** Templates do not depend on the code, so any directory serves; bundle.test.ts looks at the real bundles. */
export const bundles: Bundles = { directoryOf: () => join(import.meta.dirname, "..", "..", "infra") };
const made = new Map<string, { data: Template; service: Template }>();

/** Both templates of a stage, made once a test file: a synthesis takes about a second. */
export function templatesOf(stage: StageName, environment: Record<string, string> = {}) {
  const key = JSON.stringify([stage, environment]);
  let templates = made.get(key);
  if (!templates) {
    const { data, service } = makeApp({ environment, bundles, app: { context: { stage } } });
    templates = { data: Template.fromStack(data), service: Template.fromStack(service) };
    made.set(key, templates);
  }
  return templates;
}

type Resource = { Type: string; Properties: Record<string, unknown>; DeletionPolicy?: string };

/** All resources of a type as [logical id, resource]. */
export function resourcesOf(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.findResources(type) as Record<string, Resource>);
}
