import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import type { DynamoDBRecord } from "aws-lambda";
import * as z from "zod";
import type { FailedBatch, FailuresPort } from "../pipeline/failures.ts";
import { tradeRecordOf } from "./stream-records.ts";

/** Where Lambda puts them: aws/lambda/<mapping>/<shard>/<year>/<month>/<day>/<time>-<random>. */
const PREFIX = "aws/lambda/";

/** What of Lambda's document is used; the event comes as text. */
const Document = z.object({
  requestContext: z.object({ functionArn: z.string(), condition: z.string() }),
  payload: z.union([z.string(), z.object({ Records: z.array(z.unknown()) })]),
});
const Payload = z.object({ Records: z.array(z.unknown()) });

/** The failure store in S3. */
export class S3Failures implements FailuresPort {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async count(): Promise<number> {
    const page = await this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: PREFIX }));
    return page.Contents?.length ?? 0;
  }

  async list(limit: number): Promise<string[]> {
    const keys: string[] = [];
    let start: string | undefined;
    do {
      const page = await this.#client.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: PREFIX, ContinuationToken: start }),
      );
      keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
      start = page.NextContinuationToken;
    } while (start && keys.length < limit);
    return keys.slice(0, limit);
  }

  async read(key: string): Promise<FailedBatch> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
    const { requestContext, payload } = Document.parse(JSON.parse((await Body?.transformToString()) ?? ""));
    const { Records } = Payload.parse(typeof payload === "string" ? JSON.parse(payload) : payload);
    const name = requestContext.functionArn.split(":").slice(6, 7).join("").replace(/^.*-/, "");
    return {
      key,
      function: name,
      condition: requestContext.condition,
      trades: name === "ingest" ? Records.map((record) => tradeRecordOf(record as DynamoDBRecord)) : [],
      records: Records.length,
    };
  }

  async remove(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }
}
