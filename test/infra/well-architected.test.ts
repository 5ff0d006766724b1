import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { resourcesOf, templatesOf } from "../support/synthesised.ts";

const root = join(import.meta.dirname, "..", "..");
const text = readFileSync(join(root, "docs", "WELL-ARCHITECTED.md"), "utf8");
const rows = [...text.matchAll(/^\| (.+) \| (.+) \| (.+) \|$/gm)]
  .map(([, question = "", answer = "", where = ""]) => ({ question, answer, files: where.split(", ") }))
  .filter(({ question }) => question !== "question");

it("every answer about the architecture names files that are there", () => {
  expect(rows.length).toBeGreaterThan(20);
  const lost = rows.flatMap(({ files }) => files.filter((file) => !existsSync(join(root, file))));
  expect(lost).toEqual([]);
});

it("the counts it gives are those of the templates", () => {
  const { service } = templatesOf("dev");
  const count = (type: string) => resourcesOf(service, type).length;
  expect([text.includes("| fourteen alarms,"), count("AWS::CloudWatch::Alarm")]).toEqual([true, 14]);
  expect([text.includes("but three schedules"), count("AWS::Events::Rule")]).toEqual([true, 3]);
  expect([text.includes("| two topics,"), count("AWS::SNS::Topic")]).toEqual([true, 2]);
  const traced = resourcesOf(service, "AWS::Lambda::Function").filter(
    ([, { Properties: p }]) => JSON.stringify([p.TracingConfig, p.Architectures]) === '[{"Mode":"Active"},["arm64"]]',
  );
  expect(traced).toHaveLength(count("AWS::Lambda::Function"));
});
