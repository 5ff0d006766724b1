import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { afterAll, describe, expect, it } from "vitest";
import { makeApp } from "../../infra/synthesise.ts";
import { bundles, stageOf, type TestStage } from "../support/synthesised.ts";

/**
 * cdk-nag's packs AwsSolutions and Serverless, and CloudFormation's own checks, over what would be deployed. What is not followed is
 * acknowledged in infra/acknowledgements.ts, each finding with its reason.
 */

const outdir = mkdtempSync(join(tmpdir(), "understudy-nag-"));
afterAll(() => rmSync(outdir, { recursive: true }));

type Report = {
  pluginReports: {
    pluginName: string;
    conclusion?: string;
    violations: { ruleName: string; [key: string]: unknown }[];
  }[];
};

function reportOf(name: TestStage, changes: object): Report {
  const { app } = makeApp({
    environment: {},
    bundles,
    stage: stageOf(name, changes),
    app: { outdir: join(outdir, `${name}-${Object.keys(changes).join("-")}`) },
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  const { directory } = app.synth();
  return JSON.parse(readFileSync(join(directory, "validation-report.json"), "utf8")) as Report;
}

describe("cdk-nag and CloudFormation's checks", () => {
  it.each([
    ["dev", {}],
    ["prod", { customerKey: true }],
  ] as const)("find nothing in %s", (name, changes) => {
    const report = reportOf(name, changes);
    expect(report.pluginReports.map((one) => one.pluginName)).toEqual(
      expect.arrayContaining(["AwsSolutions", "Serverless"]),
    );
    expect(report.pluginReports.flatMap((one) => one.violations)).toEqual([]);
  });
});
