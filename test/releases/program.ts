/** What of a release reads and writes what another release finds: `npm run save-release` keeps it, bundled. */

export { checkSeal, readEntries } from "../../cli/checkpoint-file/checkpoint-reader.ts";
export { CheckpointWriter } from "../../cli/checkpoint-file/checkpoint-writer.ts";
export { deploy } from "../../shared/api/deploy.ts";
export { readHistory } from "../../shared/api/history.ts";
export { readStatus } from "../../shared/api/status.ts";
export { renderAlert } from "../../shared/domain/alert.ts";
export { parseSettings } from "../../shared/domain/settings.ts";
export { evaluateDue } from "../../shared/pipeline/evaluate.ts";
export { ingest } from "../../shared/pipeline/ingest.ts";
export { DynamoState } from "../../shared/store/dynamo-state.ts";
export { outboxEventOf, tradeRecordOf } from "../../shared/store/stream-records.ts";
