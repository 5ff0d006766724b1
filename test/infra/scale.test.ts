import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { resourcesOf, templatesOf } from "../support/synthesised.ts";

/** docs/SCALE.md says how many sets of stacks an account holds: by what a set really takes. */

const types: Readonly<Record<string, string>> = {
  "IAM roles": "AWS::IAM::Role",
  "rules of the event bus": "AWS::Events::Rule",
  "HTTP APIs": "AWS::ApiGatewayV2::Api",
  "managed policies": "AWS::IAM::ManagedPolicy",
  "CodeDeploy applications": "AWS::CodeDeploy::Application",
  "DynamoDB tables": "AWS::DynamoDB::GlobalTable",
  "S3 buckets": "AWS::S3::Bucket",
  "SNS topics": "AWS::SNS::Topic",
};

const text = readFileSync("docs/SCALE.md", "utf8");
const { data, service } = templatesOf("prod");

describe("a set of stacks, in docs/SCALE.md", () => {
  it.each(Object.entries(types))(
    "takes as many %s as the table says, and an account holds as many sets",
    (what, type) => {
      const taken = resourcesOf(data, type).length + resourcesOf(service, type).length;
      const cells = text
        .split("\n")
        .find((line) => line.startsWith(`| ${what} |`))!
        .split("|")
        .map((cell) => Number(cell.trim().replaceAll(",", "")));
      expect(cells.slice(3, 5)).toEqual([taken, Math.floor(cells[2]! / taken)]);
    },
  );

  it("stays below the 500 resources of a stack", () => {
    for (const template of [data, service])
      expect(Object.keys(template.toJSON().Resources as object).length).toBeLessThan(400);
  });
});
