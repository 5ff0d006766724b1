import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { FailureRecord } from "../../local/streams/failure-record.ts";
import type { FailuresPort } from "../../shared/pipeline/failures.ts";
import { S3Failures } from "../../shared/store/s3-failures.ts";
import { type Faults, lineError } from "./faults.ts";
import type { Scheduler } from "./scheduler.ts";

/** The bucket of batches that were given up, behind a line as unreliable as the database's. */
export class FailureStore {
  readonly #objects = new Map<string, string>();
  readonly #scheduler: Scheduler;
  readonly #faults: Faults;

  constructor(scheduler: Scheduler, faults: Faults) {
    this.#scheduler = scheduler;
    this.#faults = faults;
  }

  get size(): number {
    return this.#objects.size;
  }

  /** As the product reads it. */
  port(): FailuresPort {
    const send = async (command: unknown) => {
      await this.#scheduler.waitOutside(2 + this.#scheduler.prng.below(20));
      if (this.#faults.happens("internal")) throw lineError("InternalError");
      const answer = this.#do(command);
      await this.#scheduler.wait(1);
      if (this.#faults.happens("lost-answer")) throw lineError("TimeoutError");
      return answer;
    };
    return new S3Failures({ send } as unknown as S3Client, "failures");
  }

  /** As Lambda leaves a batch there, at least once. */
  async keep(record: FailureRecord): Promise<void> {
    await this.#scheduler.waitOutside(2 + this.#scheduler.prng.below(20));
    if (this.#faults.happens("internal")) throw lineError("InternalError");
    this.#do(new PutObjectCommand({ Bucket: "failures", Key: record.key, Body: record.body }));
    if (this.#faults.happens("lost-answer"))
      this.#do(new PutObjectCommand({ Bucket: "failures", Key: `${record.key}-again`, Body: record.body }));
  }

  #do(command: unknown): object {
    if (command instanceof PutObjectCommand)
      return this.#objects.set(command.input.Key!, String(command.input.Body)) && {};
    if (command instanceof DeleteObjectCommand) return { deleted: this.#objects.delete(command.input.Key!) };
    if (command instanceof ListObjectsV2Command)
      return { Contents: [...this.#objects.keys()].sort().map((Key) => ({ Key })) };
    if (!(command instanceof GetObjectCommand)) throw new Error("no such command of S3");
    const body = this.#objects.get(command.input.Key!);
    if (body === undefined) throw lineError("NoSuchKey");
    return { Body: { transformToString: async () => body } };
  }
}
