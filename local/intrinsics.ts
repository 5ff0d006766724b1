/**
 * CloudFormation's intrinsic functions, evaluated as the deployment would, for the few resource types we run locally.
 * Anything it does not know is an error: a silently wrong value would let laptop and cloud drift apart.
 */

export const account = "000000000000";
export const region = "us-east-1";

export type Resource = { Type: string; Properties?: Record<string, unknown>; Metadata?: Record<string, unknown> };
export type Template = {
  Resources: Record<string, Resource>;
  Outputs?: Record<string, { Value: unknown; Export?: { Name: unknown } }>;
};

export type Resolver = {
  /** The value with every intrinsic in it evaluated. */
  resolve(value: unknown, template: Template): unknown;
  /** The same, for what must be a text. */
  text(value: unknown, template: Template): string;
};

const pseudoParameters: Readonly<Record<string, string>> = {
  "AWS::AccountId": account,
  "AWS::Region": region,
  "AWS::Partition": "aws",
  "AWS::URLSuffix": "amazonaws.com",
  "AWS::StackName": "understudy-local",
};

/** @param queueUrl  where a queue of that name can be reached on this machine */
export function makeResolver(templates: readonly Template[], queueUrl: (queueName: string) => string): Resolver {
  const resolver: Resolver = { resolve, text };
  return resolver;

  function text(value: unknown, template: Template): string {
    const resolved = resolve(value, template);
    if (typeof resolved !== "string") throw new Error(`Not a text: ${JSON.stringify(value)}`);
    return resolved;
  }

  function resolve(value: unknown, template: Template): unknown {
    if (Array.isArray(value)) return value.map((element) => resolve(element, template));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && name !== undefined && (name === "Ref" || name.startsWith("Fn::"))) {
      return callIntrinsic(name, argument, template);
    }
    return Object.fromEntries(entries.map(([key, element]) => [key, resolve(element, template)]));
  }

  function callIntrinsic(name: string, argument: unknown, template: Template): unknown {
    switch (name) {
      case "Ref":
        return refer(argument as string, template);
      case "Fn::GetAtt": {
        const [id, attribute] = typeof argument === "string" ? argument.split(".") : (argument as [string, string]);
        return attributeOf(id ?? "", attribute ?? "", template);
      }
      case "Fn::ImportValue":
        return importValue(text(argument, template));
      case "Fn::Join": {
        const [separator, parts] = argument as [string, unknown[]];
        return parts.map((part) => text(part, template)).join(separator);
      }
      case "Fn::Sub": {
        const [pattern, values] = typeof argument === "string" ? [argument, {}] : (argument as [string, object]);
        return substitute(pattern, values as Record<string, unknown>, template);
      }
      case "Fn::Select": {
        const [index, list] = argument as [number | string, unknown];
        return (resolve(list, template) as unknown[])[Number(index)];
      }
      case "Fn::Split": {
        const [separator, whole] = argument as [string, unknown];
        return text(whole, template).split(separator);
      }
      default:
        throw new Error(`${name} is not understood by the local stack`);
    }
  }

  function substitute(pattern: string, values: Record<string, unknown>, template: Template): string {
    return pattern.replace(/\$\{([^}]+)\}/g, (_whole, name: string) => {
      if (name.startsWith("!")) return `\${${name.slice(1)}}`;
      if (Object.hasOwn(values, name)) return text(values[name], template);
      const [id, attribute] = name.split(/\.(.*)/s);
      return attribute === undefined ? text({ Ref: id }, template) : text({ "Fn::GetAtt": [id, attribute] }, template);
    });
  }

  function refer(id: string, template: Template): string {
    const pseudo = pseudoParameters[id];
    if (pseudo !== undefined) return pseudo;
    const { Type } = resourceOf(id, template);
    if (Type === "AWS::SNS::Topic") return attributeOf(id, "TopicArn", template);
    if (Type === "AWS::SQS::Queue") return queueUrl(nameOf(id, template));
    if (Type === "AWS::DynamoDB::Table" || Type === "AWS::Lambda::Function") return nameOf(id, template);
    return id; // other resources are looked up by their logical id
  }

  function attributeOf(id: string, attribute: string, template: Template): string {
    const { Type } = resourceOf(id, template);
    const name = () => nameOf(id, template);
    const arn = (service: string, path: string) => `arn:aws:${service}:${region}:${account}:${path}`;
    switch (`${Type}.${attribute}`) {
      case "AWS::DynamoDB::Table.Arn":
        return arn("dynamodb", `table/${name()}`);
      case "AWS::DynamoDB::Table.StreamArn":
        return arn("dynamodb", `table/${name()}/stream/local`);
      case "AWS::SNS::Topic.TopicArn":
        return arn("sns", name());
      case "AWS::SNS::Topic.TopicName":
      case "AWS::SQS::Queue.QueueName":
        return name();
      case "AWS::SQS::Queue.Arn":
        return arn("sqs", name());
      case "AWS::SQS::Queue.QueueUrl":
        return queueUrl(name());
      case "AWS::Lambda::Function.Arn":
        return arn("lambda", `function:${name()}`);
      default:
        throw new Error(`${attribute} of a ${Type} (${id}) is not understood by the local stack`);
    }
  }

  function importValue(exportName: string): unknown {
    for (const template of templates) {
      for (const output of Object.values(template.Outputs ?? {})) {
        if (output.Export && text(output.Export.Name, template) === exportName) return resolve(output.Value, template);
      }
    }
    throw new Error(`No stack exports ${exportName}`);
  }

  function nameOf(id: string, template: Template): string {
    const { Type, Properties } = resourceOf(id, template);
    const property = { Topic: "TopicName", Queue: "QueueName", Table: "TableName", Function: "FunctionName" }[
      Type.split("::")[2] ?? ""
    ];
    const name = property === undefined ? undefined : Properties?.[property];
    if (name === undefined) throw new Error(`${id} (${Type}) has no explicit name`);
    return text(name, template);
  }

  function resourceOf(id: string, template: Template): Resource {
    const resource = template.Resources[id];
    if (!resource) throw new Error(`No resource ${id} in the template`);
    return resource;
  }
}
