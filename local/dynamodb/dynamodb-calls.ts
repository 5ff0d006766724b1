import http from "node:http";
import https from "node:https";

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

/**
 * Through node:http and a kept connection: the idle polling of the streams goes through here, and fetch would cost
 * four times the processor time.
 */
export function makeCall(endpoint: string): Call {
  const { request } = endpoint.startsWith("https:") ? https : http;
  const agent = new (endpoint.startsWith("https:") ? https : http).Agent({ keepAlive: true, keepAliveMsecs: 60_000 });
  return async (operation, input, signal) => {
    const service = streamOperations.has(operation) ? "DynamoDBStreams_20120810" : "DynamoDB_20120810";
    const body = Buffer.from(JSON.stringify(input));
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const headers = {
        "content-type": "application/x-amz-json-1.0",
        "content-length": body.length,
        "x-amz-target": `${service}.${operation}`,
        authorization,
      };
      const sent = request(endpoint, { method: "POST", agent, headers, ...(signal && { signal }) }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
        );
      });
      sent.once("error", reject);
      sent.end(body);
    });
    if (status !== 200) throw errorOf(status, text);
    return JSON.parse(text) as Record<string, unknown>;
  };
}

function errorOf(status: number, text: string): DynamoDbError {
  try {
    const body = JSON.parse(text) as { __type?: string; message?: string; Message?: string };
    const type = body.__type?.replace(/^.*#/, "");
    if (type) return new DynamoDbError(type, body.message ?? body.Message ?? "");
  } catch {
    // Not DynamoDB's JSON: passed on as it came.
  }
  return new DynamoDbError(`HTTP ${status}`, text.slice(0, 200));
}
