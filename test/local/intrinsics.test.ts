import { describe, expect, it } from "vitest";
import { Resolver, type Template } from "../../local/template/intrinsics.ts";

const data: Template = {
  StackName: "data",
  Resources: { Trades1: { Type: "AWS::DynamoDB::GlobalTable", Properties: { TableName: "u-trades" } } },
  Outputs: {
    Name: { Value: { Ref: "Trades1" } },
    Stream: { Value: { "Fn::GetAtt": ["Trades1", "StreamArn"] } },
  },
};
const service: Template = {
  Resources: {
    Alerts1: { Type: "AWS::SNS::Topic", Properties: { TopicName: "u-alerts" } },
    Failures1: { Type: "AWS::SQS::Queue", Properties: { QueueName: "u-failures" } },
    Ingest1: { Type: "AWS::Lambda::Function", Properties: { FunctionName: "u-ingest" } },
    Nameless1: { Type: "AWS::SQS::Queue", Properties: {} },
    Api1: { Type: "AWS::ApiGatewayV2::Api" },
  },
};
const resolver = new Resolver([data, service], (name) => `http://127.0.0.1:9/000000000000/${name}`);
const output = (OutputName: string) => ({
  "Fn::GetStackOutput": { StackName: "data", Region: { Ref: "AWS::Region" }, OutputName },
});
const resolve = (value: unknown) => resolver.resolve(value, service);

/** CloudFormation's placeholders look like ours: written <name> here. */
const dollars = (text: string) => text.replaceAll("<", "${").replaceAll(">", "}");

describe("a template's intrinsic functions", () => {
  it("give local names and addresses for the resources that run here", () => {
    expect(resolve({ Ref: "Alerts1" })).toBe("arn:aws:sns:us-east-1:000000000000:u-alerts");
    expect(resolve({ Ref: "Failures1" })).toBe("http://127.0.0.1:9/000000000000/u-failures");
    expect(resolve({ Ref: "Ingest1" })).toBe("u-ingest");
    expect(resolve({ "Fn::GetAtt": ["Failures1", "Arn"] })).toBe("arn:aws:sqs:us-east-1:000000000000:u-failures");
    expect(resolve({ "Fn::GetAtt": "Ingest1.Arn" })).toBe("arn:aws:lambda:us-east-1:000000000000:function:u-ingest");
    expect(resolve({ Ref: "AWS::Region" })).toBe("us-east-1");
  });

  it("read the outputs of another stack", () => {
    expect(resolve(output("Name"))).toBe("u-trades");
    expect(resolve(output("Stream"))).toBe("arn:aws:dynamodb:us-east-1:000000000000:table/u-trades/stream/local");
  });

  it("join, substitute, select and split", () => {
    expect(resolve({ "Fn::Join": ["/", ["integrations", { Ref: "Api1" }]] })).toBe("integrations/Api1");
    expect(resolve({ "Fn::Sub": dollars("a-<AWS::AccountId>-<Ingest1.Arn>-<!literal>") })).toBe(
      dollars("a-000000000000-arn:aws:lambda:us-east-1:000000000000:function:u-ingest-<literal>"),
    );
    expect(resolve({ "Fn::Sub": [dollars("<x>!"), { x: { Ref: "Ingest1" } }] })).toBe("u-ingest!");
    expect(resolve({ "Fn::Select": [1, { "Fn::Split": [",", "a,b,c"] }] })).toBe("b");
  });

  it("are evaluated wherever they stand", () => {
    expect(resolve({ a: [{ b: { Ref: "Ingest1" } }, 5, null] })).toEqual({ a: [{ b: "u-ingest" }, 5, null] });
  });

  it("are an error when unknown: a wrong value would let laptop and cloud drift apart", () => {
    expect(() => resolve({ "Fn::Cidr": ["10.0.0.0/8", 4, 8] })).toThrow("Fn::Cidr is not understood");
    expect(() => resolve({ "Fn::GetAtt": ["Ingest1", "SnapStartResponse"] })).toThrow("not understood");
    expect(() => resolve(output("Missing"))).toThrow("No stack data has an output Missing");
    expect(() => resolve({ Ref: "Nobody" })).toThrow("No resource Nobody");
    expect(() => resolve({ Ref: "Nameless1" })).toThrow("has no explicit name");
  });
});
