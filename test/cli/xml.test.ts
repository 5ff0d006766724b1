import { describe, expect, it } from "vitest";
import { parseXml } from "../../cli/client/xml.ts";

describe("an answer of AWS' query protocol", () => {
  const alarms = parseXml(`<?xml version="1.0"?>
    <DescribeAlarmsResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><DescribeAlarmsResult><MetricAlarms>
      <member><AlarmName>a &amp; b &#x3c;1&#62;</AlarmName><AlarmActions><member>arn:1</member><member>arn:2</member></AlarmActions></member>
      <member><AlarmName>c</AlarmName><AlarmActions/></member>
    </MetricAlarms></DescribeAlarmsResult></DescribeAlarmsResponse>`)
    .find("MetricAlarms")!
    .children.map((alarm) => [alarm.textOf("AlarmName"), alarm.listOf("AlarmActions").map(({ text }) => text)]);

  it("keeps lists apart from the lists inside their members", () => {
    expect(alarms).toEqual([
      ["a & b <1>", ["arn:1", "arn:2"]],
      ["c", []],
    ]);
  });

  it("that is cut off or has a closing tag too many is read as far as it goes", () => {
    expect(parseXml("<a><b>1</b>").find("b")?.text).toBe("1");
    expect(parseXml("</x><a>2</a>").find("a")?.text).toBe("2");
    expect(parseXml("not found").find("a")).toBeUndefined();
  });
});
