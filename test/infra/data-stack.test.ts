import { Match } from "aws-cdk-lib/assertions";
import recommended from "aws-cdk-lib/recommended-feature-flags.json" with { type: "json" };
import { describe, expect, it } from "vitest";
import ours from "../../infra/feature-flags.json" with { type: "json" };
import { resourcesOf, stageOf, templatesOf } from "../support/synthesised.ts";

const stages = ["local", "dev", "staging", "prod"] as const;

describe("the data stack", () => {
  it.each(stages)("names both tables after the stage; trades stream what they were before, too (%s)", (stage) => {
    const { data } = templatesOf(stage);

    const id = stageOf(stage).id;
    for (const [name, hash, range, view] of [
      ["trades", "model_name", "trade_id", "NEW_AND_OLD_IMAGES"],
      ["state", "pk", "sk", "NEW_IMAGE"],
    ]) {
      data.hasResourceProperties("AWS::DynamoDB::GlobalTable", {
        TableName: `understudy-${id}-${name}`,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [
          { AttributeName: hash, KeyType: "HASH" },
          { AttributeName: range, KeyType: "RANGE" },
        ],
        StreamSpecification: { StreamViewType: view },
        TimeToLiveSpecification: { AttributeName: "expires_at", Enabled: true },
      });
    }
  });

  it.each(["staging", "prod"] as const)("keeps the tables of %s whatever happens to the stack", (stage) => {
    const { data } = templatesOf(stage);

    data.allResources("AWS::DynamoDB::GlobalTable", {
      DeletionPolicy: "RetainExceptOnCreate",
      UpdateReplacePolicy: "Retain",
      Properties: Match.objectLike({
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      }),
    });
  });

  it("has no local index, which would limit the trades of a model to 10 GB and then refuse the ensemble's", () => {
    for (const [, table] of resourcesOf(templatesOf("prod").data, "AWS::DynamoDB::GlobalTable"))
      expect(table.Properties.LocalSecondaryIndexes).toBeUndefined();
  });

  it("keeps what was given up in a private, encrypted bucket for a year, as long as the tables", () => {
    for (const [stage, policy] of [
      ["prod", "RetainExceptOnCreate"],
      ["dev", "Delete"],
    ] as const) {
      const { data } = templatesOf(stage);
      data.hasResource("AWS::S3::Bucket", {
        DeletionPolicy: policy,
        Properties: {
          BucketName: {
            "Fn::Join": [
              "",
              [`understudy-main-${stage}-failures-`, { Ref: "AWS::AccountId" }, "-", { Ref: "AWS::Region" }],
            ],
          },
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
          },
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
          LifecycleConfiguration: {
            Rules: [
              { Status: "Enabled", ExpirationInDays: 365, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
            ],
          },
        },
      });
      data.hasResourceProperties("AWS::S3::BucketPolicy", {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
          ]),
        },
      });
    }
  });

  it("lets a development stage be destroyed without leftovers", () => {
    const { data } = templatesOf("dev");

    data.allResources("AWS::DynamoDB::GlobalTable", {
      DeletionPolicy: "Delete",
      Properties: Match.objectLike({ Replicas: [Match.objectLike({ DeletionProtectionEnabled: false })] }),
    });
  });

  it("keeps the logical ids of the tables: a changed id would replace them and their data", () => {
    const { data } = templatesOf("prod");

    expect(resourcesOf(data, "AWS::DynamoDB::GlobalTable").map(([id]) => id)).toEqual([
      "TradesF9C0B62D",
      "State1C20CC9A",
    ]);
  });

  it("lets the ensemble add trades and do nothing else", () => {
    const { data } = templatesOf("prod");

    data.resourceCountIs("AWS::IAM::ManagedPolicy", 1);
    data.hasResourceProperties("AWS::IAM::ManagedPolicy", {
      PolicyDocument: {
        Statement: [
          {
            Effect: "Allow",
            Action: "dynamodb:PutItem",
            Resource: { "Fn::GetAtt": ["TradesF9C0B62D", "Arn"] },
            Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["eq_*"] } },
          },
        ],
      },
    });
  });

  it("lets an ensemble of another account in at the table, by the same one call", () => {
    const { data } = templatesOf("prod");
    const [, trades] = resourcesOf(data, "AWS::DynamoDB::GlobalTable")[0]!;
    const [replica] = trades.Properties.Replicas as { ResourcePolicy?: { PolicyDocument: { Statement: unknown[] } } }[];
    expect(replica!.ResourcePolicy?.PolicyDocument.Statement).toMatchObject([
      { Action: "dynamodb:PutItem", Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["eq_*"] } } },
    ]);
    expect(JSON.stringify(replica!.ResourcePolicy)).toContain("444455556666");
  });
});

describe("the CDK's feature flags", () => {
  it("are those its library recommends: after an upgrade, the new ones are looked at", () => {
    expect(ours).toEqual(recommended);
  });
});
