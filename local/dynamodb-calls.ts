/**
 * DynamoDB and DynamoDB Streams over their plain JSON protocol.
 * Not through the SDK: stream records must reach the functions in exactly the shape Lambda passes on, which is the
 * protocol's own, and the SDK would turn binary values, big numbers and dates into other things first.
 */

export type Call = (operation: string, input: object, signal?: AbortSignal) => Promise<Record<string, unknown>>;

export class DynamoDbError extends Error {
  override name = "DynamoDbError";
  /** e.g. ResourceInUseException */
  readonly type: string;
  constructor(type: string, message: string) {
    super(`${type}: ${message}`);
    this.type = type;
  }
}

/** DynamoDB Local asks who calls, but does not check the signature. */
const authorization =
  "AWS4-HMAC-SHA256 Credential=local/20250101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";

const streamOperations = new Set(["ListStreams", "DescribeStream", "GetShardIterator", "GetRecords"]);

export function makeCall(endpoint: string): Call {
  return async (operation, input, signal) => {
    const service = streamOperations.has(operation) ? "DynamoDBStreams_20120810" : "DynamoDB_20120810";
    const response = await fetch(endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `${service}.${operation}`,
        authorization,
      },
      body: JSON.stringify(input),
      ...(signal && { signal }),
    });
    const text = await response.text();
    if (!response.ok) throw errorOf(response.status, text);
    return JSON.parse(text) as Record<string, unknown>;
  };
}

function errorOf(status: number, text: string): DynamoDbError {
  try {
    const body = JSON.parse(text) as { __type?: string; message?: string; Message?: string };
    const type = body.__type?.replace(/^.*#/, "");
    if (type) return new DynamoDbError(type, body.message ?? body.Message ?? "");
  } catch {
    // Not DynamoDB's JSON: told as it came.
  }
  return new DynamoDbError(`HTTP ${status}`, text.slice(0, 200));
}
