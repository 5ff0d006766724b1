import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { units } from "../../functions/support/metrics.ts";
import { resourcesOf, templatesOf } from "../support/synthesised.ts";

const root = join(import.meta.dirname, "..", "..");
const names = Object.keys(units);
/** List prices of the first ten thousand: 30 cents a metric, 10 cents an alarm, a month. */
const CENTS = { metric: 30, alarm: 10 };

describe("the metrics of our own", () => {
  it("are each written by a function", () => {
    const sources = globSync("functions/**/*.ts", { cwd: root }).map((file) => readFileSync(join(root, file), "utf8"));
    const measured = new Set(
      sources.flatMap((text) => [...text.matchAll(/measure\("(\w+)"/g)].map(([, name]) => name!)),
    );
    expect([...measured].sort()).toEqual([...names].sort());
  });

  it("are listed in the README, in the order of the code", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const list = /dimensions `service` and `environment`:([^.]*)\./.exec(readme)![1]!;
    expect([...list.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(names);
  });

  it("each stand on the dashboard, which shows nothing that nobody writes", () => {
    const [, dashboard] = resourcesOf(templatesOf("prod").service, "AWS::CloudWatch::Dashboard")[0]!;
    const shown = [...JSON.stringify(dashboard.Properties).matchAll(/\\"Understudy\\",\\"(\w+)\\"/g)].map(
      ([, name]) => name!,
    );
    expect([...new Set(shown)].sort()).toEqual([...names].sort());
  });

  it("cost less than five dollars a month where each is written every hour", () => {
    expect(names.length * CENTS.metric).toBeLessThan(500);
  });
});

describe("the alarms", () => {
  it.each(["dev", "prod"] as const)("of %s cost less than two dollars a month", (stage) => {
    const alarms = resourcesOf(templatesOf(stage).service, "AWS::CloudWatch::Alarm");
    expect(alarms.length).toBeGreaterThan(10);
    expect(alarms.length * CENTS.alarm).toBeLessThan(200);
  });
});
