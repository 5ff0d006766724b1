import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DoctorReport } from "../../cli/doctor/report.ts";
import type { Registry } from "../../shared/domain/registry.ts";
import { jsonFrom, packedItem } from "../../shared/store/items.ts";
import { type Ran, run, runScript } from "../support/command.ts";
import { FakeAws, membersXml } from "../support/fake-aws.ts";
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

describe("the doctor of a stage, as a person starts it", () => {
  const aws = new FakeAws();
  const asked = new Set<unknown>();

  beforeAll(() => aws.start());
  beforeEach(() => {
    const outputs = membersXml([{ OutputKey: "ApiUrl", OutputValue: `${server.url}/` }]);
    const described = `<StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${outputs}</Outputs>`;
    aws.answers.set("DescribeStacks", () => `<Stacks><member>${described}</member></Stacks>`);
    for (const [action, answer] of Object.entries({
      DescribeTable: { Table: {} },
      Query: { Items: [], Count: 0 },
      GetItem: {},
    }))
      aws.answers.set(action, ({ json }) => {
        asked.add(json.TableName);
        return answer;
      });
  });
  afterAll(() => aws.stop());

  const started = (...args: string[]) => {
    const all = ["cli/doctor.ts", "--stage", "main/dev", "--region", "eu-central-1", "--no-rehearsal", ...args];
    return run(process.execPath, all, { environment: { ...process.env, ...aws.environment } });
  };

  test("finds its API and its tables by the stage's name, and fails what it may not look at", async () => {
    const { code, out, err } = await started("--json");
    expect(code, err + out).toBe(1);
    expect(err).toContain(`Examining ${server.url}`);
    expect([...asked].sort()).toEqual(["understudy-main-dev-state", "understudy-main-dev-trades"]);
    const rows = [...rowsOf(out).values()];
    expect(rows.find((row) => row.figure.includes("routes answer"))?.state).toBe("pass");
    const unseen = rows.filter((row) => row.figure.includes("could not be looked at"));
    expect(unseen.length).toBeGreaterThan(3);
    expect(new Set(unseen.map(({ state }) => state))).toEqual(new Set(["fail"]));
    expect(err).toMatch(/\d+ of the checklist's rows failed/);
  });

  test("says in one line that there is no such stage, or no such stack", async () => {
    aws.answers.delete("DescribeStacks");
    const { code, out, err } = await started();
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe(
      "doctor: the stack understudy-main-dev-service in eu-central-1 cannot be read: not authorized to perform: DescribeStacks\n",
    );
  });
});
