import type { Template } from "aws-cdk-lib/assertions";

/**
 * What a deployment of the synthesised templates would make: every intrinsic evaluated, every resource with the address it would have.
 * An intrinsic nobody taught it is an error: a proof about a value that was guessed proves nothing.
 */

export type Raw = {
  Type: string;
  Properties?: Record<string, unknown>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
};
export type RawTemplate = {
  Resources: Record<string, Raw>;
  Outputs?: Record<string, { Value: unknown; Export?: unknown }>;
};
export type RawTemplates = Record<string, RawTemplate>;

export type Made = {
  id: string;
  stack: string;
  type: string;
  /** evaluated */
  properties: Record<string, unknown>;
  deletionPolicy: string;
  updateReplacePolicy: string;
  arn: string;
};

export type Deployment = { all: readonly Made[]; exports: readonly string[]; account: string; region: string };

/** A copy that a test may break. */
export function rawTemplates(templates: Record<string, Template>): RawTemplates {
  return structuredClone(
    Object.fromEntries(Object.entries(templates).map(([name, template]) => [name, template.toJSON() as RawTemplate])),
  );
}

export function deploymentOf(
  templates: RawTemplates,
  { account = "111122223333", region = "eu-central-1" } = {},
): Deployment {
  const evaluator = new Evaluator(templates, account, region);
  const all = Object.entries(templates).flatMap(([stack, template]) =>
    Object.entries(template.Resources).map(([id, raw]) => ({
      id,
      stack,
      type: raw.Type,
      properties: evaluator.value(raw.Properties ?? {}, stack) as Record<string, unknown>,
      deletionPolicy: raw.DeletionPolicy ?? "Delete",
      updateReplacePolicy: raw.UpdateReplacePolicy ?? "Delete",
      arn: evaluator.arnOf(id, stack),
    })),
  );
  const exports = Object.values(templates).flatMap(({ Outputs }) =>
    Object.entries(Outputs ?? {}).flatMap(([name, output]) => (output.Export === undefined ? [] : [name])),
  );
  return { all, exports, account, region };
}

export function ofType(deployment: Deployment, type: string): Made[] {
  return deployment.all.filter((made) => made.type === type);
}

const nameProperties: Readonly<Record<string, string>> = {
  "AWS::SNS::Topic": "TopicName",
  "AWS::SQS::Queue": "QueueName",
  "AWS::DynamoDB::GlobalTable": "TableName",
  "AWS::Lambda::Function": "FunctionName",
  "AWS::CloudWatch::Alarm": "AlarmName",
  "AWS::CloudWatch::CompositeAlarm": "AlarmName",
  "AWS::CloudWatch::Dashboard": "DashboardName",
  "AWS::Logs::LogGroup": "LogGroupName",
  "AWS::IAM::Role": "RoleName",
  "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
  "AWS::S3::Bucket": "BucketName",
  "AWS::KMS::Alias": "AliasName",
  "AWS::Scheduler::Schedule": "Name",
  "AWS::Events::Rule": "Name",
};

/** The property that fixes a resource's name, which nobody else can then have; undefined: CloudFormation names it. */
export function fixedNameOf({ type, properties }: Made): unknown {
  const property = nameProperties[type];
  return property === undefined ? undefined : properties[property];
}

class Evaluator {
  readonly #templates: RawTemplates;
  readonly #account: string;
  readonly #region: string;

  constructor(templates: RawTemplates, account: string, region: string) {
    this.#templates = templates;
    this.#account = account;
    this.#region = region;
  }

  value(value: unknown, stack: string): unknown {
    if (Array.isArray(value)) return value.map((element) => this.value(element, stack));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && name !== undefined && (name === "Ref" || name.startsWith("Fn::")))
      return this.#call(name, argument, stack);
    return Object.fromEntries(entries.map(([key, element]) => [key, this.value(element, stack)]));
  }

  #text(value: unknown, stack: string): string {
    return String(this.value(value, stack));
  }

  #call(name: string, argument: unknown, stack: string): unknown {
    switch (name) {
      case "Ref":
        return this.#refer(String(argument), stack);
      case "Fn::GetAtt": {
        const [id, attribute] = typeof argument === "string" ? argument.split(/\.(.*)/s) : (argument as string[]);
        return this.#attribute(id!, attribute!, stack);
      }
      case "Fn::GetStackOutput": {
        const { StackName, OutputName } = argument as { StackName: string; OutputName: string };
        const output = this.#templates[StackName]?.Outputs?.[OutputName];
        if (!output) throw new Error(`${StackName} has no output ${OutputName}`);
        return this.value(output.Value, StackName);
      }
      case "Fn::Join": {
        const [separator, parts] = argument as [string, unknown[]];
        return parts.map((part) => this.#text(part, stack)).join(separator);
      }
      case "Fn::Sub":
        if (typeof argument !== "string") throw new Error("Fn::Sub with values of its own is not understood");
        return argument.replaceAll(/\$\{([^}.]+)\}/g, (_whole, id: string) => this.#refer(id, stack));
      case "Fn::Select": {
        const [index, list] = argument as [number, unknown];
        return (this.value(list, stack) as unknown[])[Number(index)];
      }
      case "Fn::Split": {
        const [separator, whole] = argument as [string, unknown];
        return this.#text(whole, stack).split(separator);
      }
      default:
        throw new Error(`${name} is not understood by the prover`);
    }
  }

  #refer(id: string, stack: string): string {
    const pseudo: Record<string, string> = {
      "AWS::AccountId": this.#account,
      "AWS::Region": this.#region,
      "AWS::Partition": "aws",
      "AWS::URLSuffix": "amazonaws.com",
      "AWS::StackName": stack,
      "AWS::StackId": `arn:aws:cloudformation:${this.#region}:${this.#account}:stack/${stack}/id`,
    };
    if (Object.hasOwn(pseudo, id)) return pseudo[id]!;
    const { Type } = this.#raw(id, stack);
    if (["AWS::SNS::Topic", "AWS::IAM::ManagedPolicy", "AWS::Lambda::Alias", "AWS::Lambda::Version"].includes(Type))
      return this.arnOf(id, stack);
    if (Type === "AWS::SQS::Queue")
      return `https://sqs.${this.#region}.amazonaws.com/${this.#account}/${this.#nameOf(id, stack)}`;
    return this.#nameOf(id, stack);
  }

  #attribute(id: string, attribute: string, stack: string): string {
    const { Type } = this.#raw(id, stack);
    if (attribute === "Arn" || attribute === "TopicArn" || attribute === "FunctionArn") return this.arnOf(id, stack);
    if (attribute === "StreamArn") return `${this.arnOf(id, stack)}/stream/label`;
    if (attribute.endsWith("Name")) return this.#nameOf(id, stack);
    if (Type === "AWS::Lambda::Version" && attribute === "Version") return "1";
    return `${id}.${attribute}`;
  }

  arnOf(id: string, stack: string): string {
    const { Type, Properties } = this.#raw(id, stack);
    const name = this.#nameOf(id, stack);
    const arn = (service: string, path: string) => `arn:aws:${service}:${this.#region}:${this.#account}:${path}`;
    switch (Type) {
      case "AWS::SNS::Topic":
        return arn("sns", name);
      case "AWS::SQS::Queue":
        return arn("sqs", name);
      case "AWS::DynamoDB::GlobalTable":
        return arn("dynamodb", `table/${name}`);
      case "AWS::Lambda::Function":
        return arn("lambda", `function:${name}`);
      case "AWS::Lambda::Version":
        return `${this.#functionArn(Properties?.FunctionName, stack)}:1`;
      case "AWS::Lambda::Alias":
        return `${this.#functionArn(Properties?.FunctionName, stack)}:${this.#text(Properties?.Name, stack)}`;
      case "AWS::CloudWatch::Alarm":
      case "AWS::CloudWatch::CompositeAlarm":
        return arn("cloudwatch", `alarm:${name}`);
      case "AWS::KMS::Key":
        return arn("kms", `key/${id}`);
      case "AWS::Logs::LogGroup":
        return arn("logs", `log-group:${name}:*`);
      case "AWS::IAM::Role":
        return `arn:aws:iam::${this.#account}:role/${name}`;
      case "AWS::IAM::ManagedPolicy":
        return `arn:aws:iam::${this.#account}:policy/${name}`;
      case "AWS::S3::Bucket":
        return `arn:aws:s3:::${name}`;
      default:
        return arn(Type.split("::")[1]!.toLowerCase(), name);
    }
  }

  #functionArn(name: unknown, stack: string): string {
    return `arn:aws:lambda:${this.#region}:${this.#account}:function:${this.#text(name, stack)}`;
  }

  #nameOf(id: string, stack: string): string {
    const { Type, Properties } = this.#raw(id, stack);
    const property = nameProperties[Type];
    const name = property === undefined ? undefined : Properties?.[property];
    return name === undefined ? id : this.#text(name, stack);
  }

  #raw(id: string, stack: string): Raw {
    const raw = this.#templates[stack]?.Resources[id];
    if (!raw) throw new Error(`${stack} has no resource ${id}`);
    return raw;
  }
}
