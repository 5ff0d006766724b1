/** Structured log lines: one JSON object each, as CloudWatch Logs Insights reads them. */
export function log(level: "INFO" | "WARN" | "ERROR", message: string, fields: Record<string, unknown> = {}): void {
  console.log(JSON.stringify({ level, message, ...fields }));
}
