import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type EventType, priorityOf } from "../../../shared/domain/event.ts";

const text = readFileSync("docs/RUNBOOK.md", "utf8");
const sections = [...text.matchAll(/^### ([\w, ]+) \((\w+)\)\n(.*?)(?=^##|(?![\s\S]))/gms)].map(
  ([, names = "", priority, body = ""]) => ({ names: names.split(", "), priority, body }),
);

test("the runbook has every alert once, with its priority", () => {
  const written = sections.flatMap(({ names, priority }) => names.map((name) => [name, priority] as const));
  expect(Object.fromEntries(written)).toEqual(priorityOf);
  expect(written).toHaveLength(Object.keys(priorityOf).length);
});

test("each section says what it means, what to look at and what to do", () => {
  for (const { names, body } of sections)
    for (const part of ["**Meaning**", "**Look at**", "**Do**"])
      expect(body, (names as EventType[]).join()).toContain(part);
});
