import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { resourcesOf, templatesOf } from "../support/synthesised.ts";

const stages = ["local", "dev", "staging", "prod"] as const;

describe("the data stack", () => {
  it.each(stages)("names both tables after the stage and streams old and new images (%s)", (stage) => {
    const { data } = templatesOf(stage);

    for (const [name, hash, range] of [
      ["trades", "model_name", "trade_id"],
      ["state", "pk", "sk"],
    ]) {
      data.hasResourceProperties("AWS::DynamoDB::Table", {
        TableName: `understudy-${stage}-${name}`,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [
          { AttributeName: hash, KeyType: "HASH" },
          { AttributeName: range, KeyType: "RANGE" },
        ],
        StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
        TimeToLiveSpecification: { AttributeName: "expires_at", Enabled: true },
      });
    }
  });

  it.each(["staging", "prod"] as const)("keeps the tables of %s whatever happens to the stack", (stage) => {
    const { data } = templatesOf(stage);

    data.allResources("AWS::DynamoDB::Table", {
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: Match.objectLike({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    });
  });

  it("keeps one model's trades on one shard with an index that stays empty", () => {
    const { data } = templatesOf("prod");
    const trades = resourcesOf(data, "AWS::DynamoDB::Table")[0]![1];
    expect(trades.Properties.LocalSecondaryIndexes).toMatchObject([
      {
        KeySchema: [{ AttributeName: "model_name" }, { AttributeName: "never_written" }],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ]);
  });

  it("keeps what was given up in a private, encrypted bucket for a year, as long as the tables", () => {
    for (const [stage, policy] of [
      ["prod", "Retain"],
      ["dev", "Delete"],
    ] as const) {
      const { data } = templatesOf(stage);
      data.hasResource("AWS::S3::Bucket", {
        DeletionPolicy: policy,
        UpdateReplacePolicy: policy,
        Properties: {
          BucketName: {
            "Fn::Join": ["", [`understudy-${stage}-failures-`, { Ref: "AWS::AccountId" }, "-", { Ref: "AWS::Region" }]],
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

    data.allResources("AWS::DynamoDB::Table", {
      DeletionPolicy: "Delete",
      Properties: Match.objectLike({ DeletionProtectionEnabled: false }),
    });
  });

  it("keeps the logical ids of the tables: a changed id would replace them and their data", () => {
    const { data } = templatesOf("prod");

    expect(resourcesOf(data, "AWS::DynamoDB::Table").map(([id]) => id)).toEqual(["TradesF9C0B62D", "State1C20CC9A"]);
  });

  it("lets the ensemble add trades and do nothing else", () => {
    const { data } = templatesOf("prod");

    data.resourceCountIs("AWS::IAM::ManagedPolicy", 1);
    data.hasResourceProperties("AWS::IAM::ManagedPolicy", {
      PolicyDocument: {
        Statement: [
          {
            Effect: "Allow",
            Action: ["dynamodb:BatchWriteItem", "dynamodb:PutItem"],
            Resource: { "Fn::GetAtt": ["TradesF9C0B62D", "Arn"] },
          },
        ],
      },
    });
  });
});
