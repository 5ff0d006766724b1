import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { Api } from "../../cli/client/api-client.ts";
import { buildReport, type Sending } from "../../cli/replay/report.ts";
import { reportText } from "../../cli/replay/report-text.ts";
import { CommandError, runCommand } from "../../cli/terminal/command-line.ts";
import { EventPrinter } from "../../cli/terminal/event-lines.ts";
import { readFileRows, surveyFile, type UnsentRow } from "../../cli/trade-file/trade-file.ts";
import { dashboard } from "../../cli/watch/view.ts";
import { isPlainText } from "../../shared/domain/plain-text.ts";
import { fuzz, hostileText } from "../support/hostile.ts";
import { type Recorded, recorded } from "../support/recorded-answers.ts";

/** Nothing that a stranger wrote into a trade, a file or a reason may steer the terminal it is printed on. */

const POISON = "\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e";
/** Free text of the answers; the rest are words of the interface. */
const free = new Set([
  "model_name",
  "reason",
  "summary",
  "actor",
  "description",
  "last_reason",
  "last_trade_id",
  "in_words",
]);

const poisoned = (value: object): string =>
  JSON.stringify(value, (name, inner) => (free.has(name) && typeof inner === "string" ? `${inner}${POISON}` : inner));

/** Lines without the colours we set ourselves. */
function steering(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: our own colours
  const lines = text.replace(/\u001b\[\d+m/g, "").split("\n");
  return lines.filter((line) => !isPlainText(line));
}

let dir: string;
let end: Recorded;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "understudy-printed-"));
  end = await recorded("rolled-back");
});
afterAll(() => rm(dir, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** An API whose answers quote hostile texts everywhere. */
function hostileApi(): Api {
  const rejected = [
    {
      model_name: "x",
      count: 1,
      by_kind: {},
      last_reason: "y",
      last_trade_id: "z",
      last_at: "2026-01-01T00:00:00.000Z",
    },
  ];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (url) => {
    const data = String(url).includes("/history")
      ? { events: end.events, cursor: null }
      : String(url).includes("/health")
        ? end.health
        : String(url).includes("/comparison")
          ? Object.values(end.comparisons)[0]
          : { ...end.status, paused: { at: "2026-01-01T00:00:00.000Z", actor: "a", reason: "b" }, rejected };
    return new Response(poisoned({ status: "success", data }));
  });
  return new Api("http://127.0.0.1:8000");
}

const sending = (name: string, reason: string): Sending => ({
  file: `${name}.csv`,
  url: "http://127.0.0.1:8000",
  ownStack: true,
  models: [{ name, rows: 3 }],
  sent: 3,
  repeated: 0,
  known: 0,
  unsent: [{ line: 2, reason }],
  notDeployed: [{ model_name: name, reason }],
  durationMs: 1000,
});

describe("what the commands print of a stranger's text", () => {
  test("is plain in watch", async () => {
    const api = hostileApi();
    const snapshot = {
      status: await api.status(),
      health: await api.health(),
      events: (await api.history({ limit: 9 })).events,
    };
    const lines = dashboard(snapshot, { url: api.url, columns: 120, rows: 60, now: 0 }, null);
    const text = lines.map((line) => line.map((segment) => segment.text).join("")).join("\n");
    expect(text).toContain("PAUSED by a?[2J?]0;owned?");
    expect(steering(text)).toEqual([]);
  });

  test("is plain in the events a replay tells as they happen", async () => {
    const said: string[] = [];
    await new EventPrinter(hostileApi(), { say: (text) => void said.push(text) }).print();
    expect(said.length).toBe(end.events.length);
    expect(steering(said.join("\n"))).toEqual([]);
  });

  test("is plain in the report of a replay, whatever the file holds", async () => {
    const api = hostileApi();
    const [status, health, history, comparison] = await Promise.all([
      api.status(),
      api.health(),
      api.wholeHistory(),
      api.comparison("momentum_v2"),
    ]);
    fc.assert(
      fc.property(hostileText, hostileText, (name, reason) => {
        const comparisons = new Map(comparison ? [[name, comparison]] : []);
        const report = buildReport(sending(name, reason), { status, health, history, comparisons });
        expect(steering(reportText(report))).toEqual([]);
        expect(steering(JSON.stringify(report, null, 2))).toEqual([]);
      }),
      fuzz(60),
    );
  });

  test("is plain in an error", async () => {
    const written: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
    const before = process.exitCode;
    await runCommand("replay", async () => {
      throw new CommandError(`there is no file ${POISON}`);
    });
    await runCommand("replay", async () => {
      throw new Error(`two${POISON}\nlines`);
    });
    process.exitCode = before;
    expect(written.join("")).toContain("there is no file ?[2J");
    expect(steering(written.join(""))).toEqual([]);
  });
});

describe("a file of whatever", () => {
  const line = fc.oneof(
    hostileText,
    fc.array(hostileText, { minLength: 4, maxLength: 4 }).map((cells) => cells.join(",")),
    fc.constantFrom(
      "t1,alpha,2026-01-05T10:00:00Z,5",
      '"t2","al""pha",2026-01-05T10:00:00Z,5',
      't3,"open',
      "t4,alpha,1767607200,1e400",
    ),
  );

  test("is read to its end: every line is a row to send or one with a reason", async () => {
    let files = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
        const path = join(dir, `${files++}.csv`);
        await writeFile(path, ["trade_id,model_name,closed_at,pnl", ...lines].join("\n"));
        const file = { path, map: {}, delimiter: "," };
        const unsent: UnsentRow[] = [];
        let rows = 0;
        for await (const { item } of readFileRows(file, (row) => unsent.push(row))) {
          rows += 1;
          expect(item.model_name).not.toBe("");
          expect(Buffer.byteLength(item.trade_id)).toBeLessThanOrEqual(1024);
        }
        for (const row of unsent) expect(row.reason).not.toBe("");
        expect((await surveyFile(file)).rows).toBe(rows);
      }),
      fuzz(60),
    );
  });
});
