/** A record as a function gets it. */
export type StreamRecord = {
  eventID: string;
  eventName: string;
  eventSourceARN: string;
  dynamodb: { SequenceNumber: string; ApproximateCreationDateTime: number; [name: string]: unknown };
  [name: string]: unknown;
};

/** epoch ms */
export function arrivedAt(record: StreamRecord): number {
  return record.dynamodb.ApproximateCreationDateTime * 1000;
}
