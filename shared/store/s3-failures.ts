import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import type { FailuresPort } from "../pipeline/failures.ts";

/** Where Lambda puts them: aws/lambda/<mapping>/<shard>/<year>/<month>/<day>/<time>-<random>. */
const PREFIX = "aws/lambda/";

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
}
