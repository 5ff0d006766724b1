import { marshall } from "@aws-sdk/util-dynamodb";

/** Records of DynamoDB Streams, with every field Lambda delivers. */

type Item = Record<string, unknown>;

export type Change = {
  table: string;
  keys: readonly [string, string];
  before: Item | undefined;
  after: Item | undefined;
  sequence: string;
  /** epoch ms */
  at: number;
};

const region = "us-east-1";

/** One record; binary columns as base64 text, as they stand in Lambda's JSON. */
export function streamEvent(change: Change) {
  const { table, before, after, sequence, at } = change;
  const whole = (after ?? before)!;
  const images = {
    Keys: imageOf(Object.fromEntries(change.keys.map((key) => [key, whole[key]]))),
    ...(after && { NewImage: imageOf(after) }),
    ...(before && { OldImage: imageOf(before) }),
  };
  const record = {
    eventID: `${sequence.slice(-8)}a7c14ee0b1f2d9c35e6f7a80`,
    eventName: before ? (after ? "MODIFY" : "REMOVE") : "INSERT",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at / 1000),
      ...images,
      SequenceNumber: sequence,
      SizeBytes: Buffer.byteLength(JSON.stringify(images)),
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
    eventSourceARN: `arn:aws:dynamodb:${region}:000000000000:table/${table}/stream/2026-01-01T00:00:00.000`,
  };
  return { Records: [record] };
}

export function imageOf(item: Item): Record<string, unknown> {
  const image = marshall(item, { removeUndefinedValues: true });
  return JSON.parse(
    JSON.stringify(image, (_name, value) => {
      const bytes = value?.type === "Buffer" ? Buffer.from(value.data) : value instanceof Uint8Array ? value : null;
      return bytes ? Buffer.from(bytes).toString("base64") : value;
    }),
  );
}
