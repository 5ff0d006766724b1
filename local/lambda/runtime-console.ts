import { format } from "node:util";

/**
 * The console as Lambda's Node runtime replaces it (LogPatch.js of aws-lambda-nodejs-runtime-interface-client): what lies below the function's
 * log level is dropped. Under the JSON log format every call becomes one JSON line whose level is the
 * method's and whose `message` is what was logged: an object as such, a string as a string, even one that holds JSON.
 * Libraries that write to standard output themselves go past it, here as there.
 */

const levels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
type Level = (typeof levels)[number];

export function replaceConsole(options: {
  format: "JSON" | "Text";
  /** the least that is written, in any case of letters; undefined: everything */
  least: string | undefined;
  /** the invocation under way; undefined while the module loads */
  requestId: () => string | undefined;
  write: (line: string) => void;
}): void {
  const lineOf = options.format === "JSON" ? jsonLine : textLine;
  const method =
    (level: Level) =>
    (...logged: unknown[]) =>
      // A line feed would end the log event; the runtime writes a carriage return instead.
      options.write(`${lineOf(level, options.requestId(), logged).replaceAll("\n", "\r")}\n`);
  const from = levels.indexOf(options.least?.toLowerCase() as Level);
  for (const [i, level] of levels.entries())
    Object.assign(console, { [level]: i >= from || level === "fatal" ? method(level) : () => {} });
  console.log = console.info;
}

function textLine(level: Level, requestId: string | undefined, logged: unknown[]): string {
  return [new Date().toISOString(), requestId, level.toUpperCase(), format(...logged)].join("\t");
}

function jsonLine(level: Level, requestId: string | undefined, logged: unknown[]): string {
  const head = { timestamp: new Date().toISOString(), level: level.toUpperCase(), requestId };
  if (logged.length > 1) {
    const error = logged.find((part) => part instanceof Error);
    return JSON.stringify({ ...head, message: format(...logged), ...(error && describeError(error)) });
  }
  try {
    return JSON.stringify({ ...head, message: logged[0] }, (_, value: unknown) =>
      value instanceof Error ? { ...describeError(value), ...value } : value,
    );
  } catch {
    // Circular, or a BigInt: only text can say it.
    return JSON.stringify({ ...head, message: format(logged[0]) });
  }
}

function describeError(error: Error): { errorType: string; errorMessage: string; stackTrace: string[] } {
  return {
    errorType: error.constructor.name,
    errorMessage: error.message,
    stackTrace: (error.stack ?? "").split("\n"),
  };
}
