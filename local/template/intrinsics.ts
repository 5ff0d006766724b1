/**
 * CloudFormation's intrinsic functions, evaluated as the deployment would, for the few resource types we run locally.
 * Anything it does not know is an error: a silently wrong value would let laptop and cloud drift apart.
 */

export const account = "000000000000";
export const region = "us-east-1";

export type Resource = { Type: string; Properties?: Record<string, unknown>; Metadata?: Record<string, unknown> };
export type Template = {
  /** of its stack; left out where no other template refers to it */
  StackName?: string;
  Resources: Record<string, Resource>;
  Outputs?: Record<string, { Value: unknown }>;
};

const pseudoParameters: Readonly<Record<string, string>> = {
  "AWS::AccountId": account,
  "AWS::Region": region,
  "AWS::Partition": "aws",
  "AWS::URLSuffix": "amazonaws.com",
  "AWS::StackName": "understudy-local",
};

export class Resolver {
  readonly #templates: readonly Template[];
  readonly #queueUrl: (queueName: string) => string;

  /** @param queueUrl  where a queue of that name can be reached on this machine */
  constructor(templates: readonly Template[], queueUrl: (queueName: string) => string) {
    this.#templates = templates;
    this.#queueUrl = queueUrl;
  }

  /** The value, evaluated, of what must be a text. */
  text(value: unknown, template: Template): string {
    const resolved = this.resolve(value, template);
    if (typeof resolved !== "string") throw new Error(`Not a text: ${JSON.stringify(value)}`);
    return resolved;
  }

  /** The value with every intrinsic in it evaluated. */
  resolve(value: unknown, template: Template): unknown {
    if (Array.isArray(value)) return value.map((element) => this.resolve(element, template));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && name !== undefined && (name === "Ref" || name.startsWith("Fn::"))) {
      return this.#callIntrinsic(name, argument, template);
    }
    return Object.fromEntries(entries.map(([key, element]) => [key, this.resolve(element, template)]));
  }

  #callIntrinsic(name: string, argument: unknown, template: Template): unknown {
    switch (name) {
      case "Ref":
        return this.#refer(argument as string, template);
      case "Fn::GetAtt": {
        const [id, attribute] = typeof argument === "string" ? argument.split(".") : (argument as [string, string]);
        return this.#attributeOf(id ?? "", attribute ?? "", template);
      }
      case "Fn::GetStackOutput": {
        const { StackName, OutputName } = argument as { StackName: unknown; OutputName: string };
        return this.#outputOf(this.text(StackName, template), OutputName);
      }
      case "Fn::Join": {
        const [separator, parts] = argument as [string, unknown[]];
        return parts.map((part) => this.text(part, template)).join(separator);
      }
      case "Fn::Sub": {
        const [pattern, values] = typeof argument === "string" ? [argument, {}] : (argument as [string, object]);
        return this.#substitute(pattern, values as Record<string, unknown>, template);
      }
      case "Fn::Select": {
        const [index, list] = argument as [number | string, unknown];
        return (this.resolve(list, template) as unknown[])[Number(index)];
      }
      case "Fn::Split": {
        const [separator, whole] = argument as [string, unknown];
        return this.text(whole, template).split(separator);
      }
      default:
        throw new Error(`${name} is not understood by the local stack`);
    }
  }

  #substitute(pattern: string, values: Record<string, unknown>, template: Template): string {
    return pattern.replace(/\$\{([^}]+)\}/g, (_whole, name: string) => {
      if (name.startsWith("!")) return `\${${name.slice(1)}}`;
      if (Object.hasOwn(values, name)) return this.text(values[name], template);
      const [id, attribute] = name.split(/\.(.*)/s);
      return attribute === undefined
        ? this.text({ Ref: id }, template)
        : this.text({ "Fn::GetAtt": [id, attribute] }, template);
    });
  }

  #refer(id: string, template: Template): string {
    const pseudo = pseudoParameters[id];
    if (pseudo !== undefined) return pseudo;
    const { Type } = this.#resourceOf(id, template);
    if (Type === "AWS::SNS::Topic") return this.#attributeOf(id, "TopicArn", template);
    if (Type === "AWS::SQS::Queue") return this.#queueUrl(this.#nameOf(id, template));
    if (["AWS::DynamoDB::GlobalTable", "AWS::Lambda::Function", "AWS::S3::Bucket"].includes(Type))
      return this.#nameOf(id, template);
    return id; // other resources are looked up by their logical id
  }

  #attributeOf(id: string, attribute: string, template: Template): string {
    const { Type } = this.#resourceOf(id, template);
    const name = () => this.#nameOf(id, template);
    const arn = (service: string, path: string) => `arn:aws:${service}:${region}:${account}:${path}`;
    switch (`${Type}.${attribute}`) {
      case "AWS::DynamoDB::GlobalTable.Arn":
        return arn("dynamodb", `table/${name()}`);
      case "AWS::DynamoDB::GlobalTable.StreamArn":
        return arn("dynamodb", `table/${name()}/stream/local`);
      case "AWS::SNS::Topic.TopicArn":
        return arn("sns", name());
      case "AWS::SNS::Topic.TopicName":
      case "AWS::SQS::Queue.QueueName":
        return name();
      case "AWS::SQS::Queue.Arn":
        return arn("sqs", name());
      case "AWS::SQS::Queue.QueueUrl":
        return this.#queueUrl(name());
      case "AWS::S3::Bucket.Arn":
        return `arn:aws:s3:::${name()}`;
      case "AWS::Lambda::Function.Arn":
        return arn("lambda", `function:${name()}`);
      default:
        throw new Error(`${attribute} of a ${Type} (${id}) is not understood by the local stack`);
    }
  }

  #outputOf(stackName: string, outputName: string): unknown {
    const template = this.#templates.find((one) => one.StackName === stackName);
    const output = template?.Outputs?.[outputName];
    if (!template || !output) throw new Error(`No stack ${stackName} has an output ${outputName}`);
    return this.resolve(output.Value, template);
  }

  #nameOf(id: string, template: Template): string {
    const { Type, Properties } = this.#resourceOf(id, template);
    const property = {
      Topic: "TopicName",
      Queue: "QueueName",
      GlobalTable: "TableName",
      Function: "FunctionName",
      Bucket: "BucketName",
    }[Type.split("::")[2] ?? ""];
    const name = property === undefined ? undefined : Properties?.[property];
    if (name === undefined) throw new Error(`${id} (${Type}) has no explicit name`);
    return this.text(name, template);
  }

  #resourceOf(id: string, template: Template): Resource {
    const resource = template.Resources[id];
    if (!resource) throw new Error(`No resource ${id} in the template`);
    return resource;
  }
}
