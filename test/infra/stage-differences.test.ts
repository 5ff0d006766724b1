import { join } from "node:path";
import { expect, it } from "vitest";
import { stacksOf, type TestStage } from "../support/synthesised.ts";

/**
 * What differs between the templates of the stages, as a document a reviewer can read: `vitest run test/infra/stage-differences.test.ts -u`
 * writes it anew. staging and prod are filled in alike (test/support/synthesised.ts).
 */

type Resource = { Type: string; DeletionPolicy?: string; Properties?: Record<string, unknown> };

const stages: readonly TestStage[] = ["dev", "staging", "prod"];

/** All resources of a stage, its own names and place taken out. */
function resourcesOf(stage: TestStage): Map<string, Resource> {
  const all = Object.values(stacksOf(stage)).flatMap((template) =>
    Object.entries(template.toJSON().Resources as object),
  );
  return new Map(
    all.map(([id, resource]) => {
      const text = JSON.stringify(resource)
        .replaceAll(`main-${stage}`, "STAGE")
        .replaceAll('"eu-central-1"', '{"Ref":"AWS::Region"}')
        .replaceAll("eu-central-1", "REGION")
        .replaceAll("111122223333", "ACCOUNT");
      return [id, JSON.parse(text) as Resource];
    }),
  );
}

function flat(value: unknown, path: string, into: Map<string, string>): Map<string, string> {
  if (Array.isArray(value) || typeof value !== "object" || value === null) into.set(path, JSON.stringify(value));
  else if (Object.keys(value).some((key) => key === "Ref" || key.startsWith("Fn::"))) into.set(path, "(an address)");
  else for (const [key, inner] of Object.entries(value)) flat(inner, path ? `${path}.${key}` : key, into);
  return into;
}

const shown = (text: string | undefined) => {
  if (text === undefined) return "–";
  return text.length > 40 ? "(longer)" : text.replaceAll("|", "\\|");
};

it("stages differ in what docs/stage-differences.md says, and in nothing else", async () => {
  const found = new Map(stages.map((stage) => [stage, resourcesOf(stage)]));
  const every = [...found.values()].flatMap((resources) => [...resources.values()]);
  const types = [...new Set(every.map(({ Type }) => Type))].sort();
  const countOf = (stage: TestStage, type: string) =>
    [...found.get(stage)!.values()].filter(({ Type }) => Type === type).length;
  const counts = types
    .map((type) => [type, ...stages.map((stage) => countOf(stage, type))])
    .filter(([, ...numbers]) => new Set(numbers).size > 1);

  const rows = new Map<string, number>();
  const ids = [...found.get("dev")!.keys()].filter((id) => stages.every((stage) => found.get(stage)!.has(id)));
  for (const id of ids) {
    const flats = stages.map((stage) => flat(found.get(stage)!.get(id), "", new Map()));
    for (const path of new Set(flats.flatMap((one) => [...one.keys()]))) {
      const values = flats.map((one) => one.get(path));
      if (new Set(values).size === 1) continue;
      const row = [found.get("dev")!.get(id)!.Type, path.replace(/^Properties\./, ""), ...values.map(shown)].join(
        " | ",
      );
      rows.set(row, (rows.get(row) ?? 0) + 1);
    }
  }

  const table = (head: string[], lines: string[]) =>
    [`| ${head.join(" | ")} |`, `|${"---|".repeat(head.length)}`, ...lines.map((line) => `| ${line} |`)].join("\n");
  const text = [
    "# What differs between the stages' templates",
    "",
    "Written by `npx vitest run test/infra/stage-differences.test.ts -u`; `npm test` fails when it is no longer true. dev as it stands, staging and prod filled in as in",
    "test/support/synthesised.ts. A stage's own name, account and region are left out.",
    "",
    "## Resources of one stage more than of another",
    "",
    table(
      ["type", ...stages],
      counts.map((row) => row.join(" | ")),
    ),
    "",
    "## Properties of resources that all have",
    "",
    table(["type", "property", ...stages, "resources"], [...rows].map(([row, n]) => `${row} | ${n}`).sort()),
    "",
  ].join("\n");
  expect(counts.length).toBeGreaterThan(3);
  expect(rows.size).toBeGreaterThan(3);
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, "..", "..", "docs", "stage-differences.md"));
});
