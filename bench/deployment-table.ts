import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../cli/terminal/command-line.ts";
import { type FunctionName, functionNames } from "../infra/permissions.ts";

/** A table with a row a function: printed, or put between its marks in docs/DEPLOYMENT.md. */

export const tableOptions = {
  only: { type: "string" },
  write: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

type Values = { only?: string | undefined; write: boolean; json: boolean };

/** @throws UsageError where a part would be written for the whole */
export function chosenFunctions({ only, write }: Values): FunctionName[] {
  if (write && only !== undefined) throw new UsageError("--write writes the whole table: leave --only out");
  const names = only?.split(",");
  return functionNames.filter((name) => names?.includes(name) ?? true);
}

/** @param name  of the marks */
export function show<Row>(
  name: string,
  rows: readonly Row[],
  values: Values,
  tableOf: (rows: readonly Row[]) => string,
) {
  const table = tableOf(rows);
  console.log(values.json ? JSON.stringify(rows) : table);
  if (!values.write) return;
  const document = join(import.meta.dirname, "..", "docs", "DEPLOYMENT.md");
  const marked = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(\n<!-- /${name} -->)`);
  const text = readFileSync(document, "utf8");
  writeFileSync(
    document,
    text.replace(marked, (_all, from, to) => `${from}${table}${to}`),
  );
}
