import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checklist } from "../../cli/doctor/checklist.ts";

test("docs/CHECKLIST.md is the checklist of today, filled in: every row a machine can sign is signed with what was seen", () => {
  const document = readFileSync(join(import.meta.dirname, "..", "..", "docs", "CHECKLIST.md"), "utf8");
  const lines = document.split("\n").filter((line) => line.startsWith("- ") || line.startsWith("## "));
  const rows = checklist.flatMap(({ title, rows }) => [
    `## ${title}`,
    ...rows.map(({ text, check }) => (check === null ? `- [ ] ${text}  — signed: ________` : `- [x] ${text}: `)),
  ]);
  expect(lines.map((line, i) => line.slice(0, rows[i]?.length))).toEqual(rows);
  expect(lines.filter((line) => line.startsWith("- [x]") && /: *$/.test(line))).toEqual([]);
});
