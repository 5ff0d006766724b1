import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DoctorReport } from "../../cli/doctor/report.ts";
import type { Registry } from "../../shared/domain/registry.ts";
import { jsonFrom, packedItem } from "../../shared/store/items.ts";
import { type Ran, runScript } from "../support/command.ts";
import { PageServer } from "../support/page-server.ts";

/** The deployment checklist carried out, in front of the real handlers; its rehearsal in a stack of its own. */

const server = new PageServer();

beforeAll(async () => {
  await server.start();
  await server.deploy({ model_name: "steady" }, { model_name: "better" });
  await server.trade(0, 530, { steady: { mean: 50 }, better: { mean: 90 } });
});

afterAll(() => server.stop());

const doctor = (...args: string[]): Promise<Ran> =>
  runScript("cli/doctor.ts", "--url", server.url, "--by", "tester", ...args);

function rowsOf(out: string): Map<string, { state: string; figure: string }> {
  const report = JSON.parse(out) as DoctorReport;
  return new Map(report.sections.flatMap(({ rows }) => rows.map((row) => [row.text, row])));
}

describe("the doctor", () => {
  test("signs what it saw: the rehearsed cycle with its alerts, and the examined stack's models", async () => {
    const { code, out, err } = await doctor("--json");
    expect(code, err + out).toBe(0);
    const rows = rowsOf(out);
    const figure = (text: string) => `${rows.get(text)!.state} ${rows.get(text)!.figure}`;
    expect(figure("Integration test passed (full promotion cycle)")).toMatch(/^pass promotion after \d+ signals/);
    expect(figure("Rollback test passed (restoration verified)")).toBe("pass rehearsal-steady is champion again");
    for (const [kind, priority] of [
      ["Promotion", "HIGH"],
      ["Manual review", "MEDIUM"],
      ["Rollback", "CRITICAL"],
      ["Degradation", "HIGH"],
    ])
      expect(figure(`${kind} alert`)).toMatch(new RegExp(`^pass ${priority}, in a subscribed queue \\d`));
    expect(figure("Champion visible in status, metrics structure correct")).toBe("pass steady, 530 trades");
    expect(figure("Decision of the first challenger")).toBe("pass better: APPROVED, score 95/100");
    expect(figure("Endpoints accessible, answers as promised")).toMatch(/^pass \d+ routes answer/);
  });

  test("leaves open what it did not look at, and says why", async () => {
    const { code, out } = await doctor("--no-rehearsal");
    expect(code, out).toBe(0);
    expect(out).toContain("- [ ] Rollback alert: not rehearsed (--no-rehearsal) (not looked at)");
    expect(out).toContain("- [ ] Rollback rehearsed on this stack (dry run): nothing to restore yet: no promotion");
    expect(out).toContain("- [ ] Code approved by: ________________  — signed: ________");
  });

  test("fails with the row that failed when an answer is not as promised", async () => {
    const kept = server.keep();
    const [place, item] = [...kept.entries()].find(([, { pk }]) => pk === "REGISTRY")!;
    const registry = jsonFrom<Registry>(item)!;
    const challengers = registry.challengers.map((seat) => ({ ...seat, description: 7 }));
    const key = { pk: String(item.pk), sk: String(item.sk) };
    server.put(new Map([...kept, [place, { ...item, ...packedItem(key, { ...registry, challengers }) }]]));
    const { code, out, err } = await doctor("--no-rehearsal");
    expect(code).toBe(1);
    expect(out).toContain("- [ ] **FAILED** Endpoints accessible, answers as promised: /shadow/status");
    expect(err).toContain("1 of the checklist's rows failed");
    server.put(kept);
    server.faults.length = 0;
  });
});
