import { type Deployment, type Made, ofType } from "./deployment.ts";
import { type Ask, isAllowed, listOf, type Statement } from "./policy.ts";

/** The policies of a deployment, where each resource's are found. */
export class Access {
  readonly #deployment: Deployment;

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
  }

  /** Whether the call would go through, the key of what it touches included. */
  may(ask: Ask): boolean {
    const identity = "role" in ask.caller ? this.#identityOf(ask.caller.role) : [];
    const { account } = this.#deployment;
    // As every client of AWS calls.
    const context = { "aws:SecureTransport": "true", "s3:TlsVersion": "1.3", ...ask.context };
    return isAllowed({ ...ask, context }, { identity, resource: this.#resourcePolicyOf(ask.resource), account });
  }

  /** Whether whoever calls may use the key that encrypts what it writes to; true without such a key. */
  mayUseKeyOf(made: Made, caller: Ask["caller"], service: string): boolean {
    const key = this.keyOf(made);
    if (key === undefined) return true;
    const { account, region } = this.#deployment;
    const context: Record<string, string> =
      "role" in caller
        ? { "kms:ViaService": `${service}.${region}.amazonaws.com`, "kms:CallerAccount": account }
        : { "aws:SourceAccount": account };
    return ["kms:Decrypt", "kms:GenerateDataKey"].every((action) =>
      this.may({ caller, action, resource: key.arn, context }),
    );
  }

  keyOf({ properties }: Made): Made | undefined {
    const bucket = properties.BucketEncryption as
      | { ServerSideEncryptionConfiguration?: { ServerSideEncryptionByDefault?: { KMSMasterKeyID?: string } }[] }
      | undefined;
    const ofBucket = bucket?.ServerSideEncryptionConfiguration?.[0]?.ServerSideEncryptionByDefault?.KMSMasterKeyID;
    const replica = (properties.Replicas as { SSESpecification?: { KMSMasterKeyId?: string } }[] | undefined)?.[0];
    const named = properties.KmsMasterKeyId ?? replica?.SSESpecification?.KMSMasterKeyId ?? ofBucket;
    if (named === undefined) return undefined;
    const keys = ofType(this.#deployment, "AWS::KMS::Key");
    const key = keys.find((one) => one.arn === named || one.id === named);
    if (!key) throw new Error(`The key ${String(named)} is not of this deployment`);
    return key;
  }

  byArn(arn: string): Made | undefined {
    return this.#deployment.all.find((made) => made.arn === arn);
  }

  #identityOf(role: string): Statement[] {
    const made = this.byArn(role);
    if (!made) return [];
    const inline = ((made.properties.Policies ?? []) as { PolicyDocument: unknown }[]).flatMap((p) => statementsOf(p));
    const attached = this.#deployment.all
      .filter(({ type }) => type === "AWS::IAM::Policy" || type === "AWS::IAM::ManagedPolicy")
      .filter(({ properties, arn }) => {
        const roles = listOf(properties.Roles);
        return roles.includes(made.id) || listOf(made.properties.ManagedPolicyArns).includes(arn);
      })
      .flatMap(({ properties }) => statementsOf(properties));
    return [...inline, ...attached];
  }

  #resourcePolicyOf(arn: string): Statement[] | undefined {
    const key = this.#deployment.all.find((made) => made.type === "AWS::KMS::Key" && made.arn === arn);
    if (key) return statementsOf({ PolicyDocument: key.properties.KeyPolicy });
    const bucket = arn.replace(/\/.*$/, "");
    const policies = this.#deployment.all.filter(({ type, properties: p }) => {
      if (type === "AWS::SNS::TopicPolicy") return listOf(p.Topics).includes(arn);
      if (type === "AWS::SQS::QueuePolicy")
        return listOf(p.Queues).some((url) => url.endsWith(`/${arn.split(":").at(-1)}`));
      if (type === "AWS::S3::BucketPolicy") return `arn:aws:s3:::${String(p.Bucket)}` === bucket;
      return false;
    });
    const permissions = this.#deployment.all.filter(
      ({ type, properties: p }) => type === "AWS::Lambda::Permission" && [p.FunctionName, functionArn(p)].includes(arn),
    );
    if (policies.length + permissions.length === 0) return undefined;
    return [...policies.flatMap(({ properties }) => statementsOf(properties)), ...permissions.map(permissionStatement)];
  }
}

function functionArn({ FunctionName }: Record<string, unknown>): string {
  return String(FunctionName);
}

function permissionStatement({ properties: p }: Made): Statement {
  return {
    Effect: "Allow",
    Principal: { Service: p.Principal },
    Action: String(p.Action),
    Resource: String(p.FunctionName),
    ...(p.SourceArn ? { Condition: { ArnLike: { "aws:SourceArn": p.SourceArn } } } : {}),
  };
}

function statementsOf({ PolicyDocument }: { PolicyDocument?: unknown }): Statement[] {
  return ((PolicyDocument as { Statement?: Statement[] } | undefined)?.Statement ?? []) as Statement[];
}
