/** One line of something that happened in the local stack; `source` is a function's name or a part of the stack. */
export type LogLine = { source: string; level: "info" | "warn" | "error"; text: string };

export type Log = (line: LogLine) => void;
