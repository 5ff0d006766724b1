import type { LogLine } from "../log.ts";

/**
 * What the log of a function makes of a line, as Lambda's log-level filter does: a JSON object names its level on its top level,
 * everything else is INFO. The line itself stays as it is, so that what is shown here is what CloudWatch would show.
 */
export function levelOf(line: string): LogLine["level"] {
  const object = objectOf(line);
  if (object && "_aws" in object) return "metrics";
  switch (String(object?.level).toUpperCase()) {
    case "FATAL":
    case "CRITICAL":
    case "ERROR":
      return "error";
    case "WARN":
      return "warn";
    default:
      return "info";
  }
}

function objectOf(line: string): { level?: unknown } | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as { level?: unknown };
  } catch {
    return undefined;
  }
}
