import type { Call } from "../dynamodb/dynamodb-calls.ts";
import type { Invocation } from "../lambda/invocation.ts";
import type { Log } from "../log.ts";
import type { StreamMapping } from "../template/template.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { FailureRecord } from "./failure-record.ts";

/** What the stream triggers and each of their shards work with. */
export type TriggerOptions = {
  mappings: readonly StreamMapping[];
  call: Call;
  invoke: (functionName: string, event: object) => Promise<Invocation>;
  functionArn: (functionName: string) => string;
  keepFailure: (bucketName: string, record: FailureRecord) => Promise<void>;
  checkpoints: Checkpoints;
  log: Log;
  now?: () => number;
};
