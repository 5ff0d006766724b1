/**
 * One line of something that happened in the local stack; `source` is a function's name or a part of the stack.
 * "metrics" are lines in CloudWatch's embedded metric format: for machines.
 */
export type LogLine = { source: string; level: "metrics" | "info" | "warn" | "error"; text: string };

export type Log = (line: LogLine) => void;
