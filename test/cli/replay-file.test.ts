import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseReplayOptions } from "../../cli/replay/options.ts";
import { findColumns, parseColumnMap } from "../../cli/trade-file/columns.ts";
import { chooseChampion, readFileRows, surveyFile, type UnsentRow } from "../../cli/trade-file/trade-file.ts";

const HEADER = "trade_id,signal_id,model_name,symbol,side,opened_at,closed_at,pnl,confidence,executed";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "understudy-replay-"));
});
afterAll(() => rm(dir, { recursive: true }));

let files = 0;
async function fileOf(text: string): Promise<string> {
  const path = join(dir, `${files++}.csv`);
  await writeFile(path, text);
  return path;
}

async function readAll(text: string, o: { map?: string[]; delimiter?: string } = {}) {
  const unsent: UnsentRow[] = [];
  const file = { path: await fileOf(text), map: parseColumnMap(o.map ?? []), delimiter: o.delimiter ?? null };
  const rows = [];
  for await (const row of readFileRows(file, (bad) => unsent.push(bad))) rows.push(row);
  return { rows, unsent };
}

describe("reading a file of trades", () => {
  test("turns a row of the documented format into an item of the trades table", async () => {
    const { rows, unsent } = await readAll(
      `${HEADER}\nt1,s1,follow,BAC,-1,1998-02-25T15:00:00Z,1998-02-25T16:00:00Z,4.643716,0.5795,true\n`,
    );
    expect(unsent).toEqual([]);
    expect(rows).toEqual([
      {
        line: 2,
        item: {
          trade_id: "t1",
          signal_id: "s1",
          model_name: "follow",
          symbol: "BAC",
          prediction: -1,
          opened_at: "1998-02-25T15:00:00Z",
          closed_at: "1998-02-25T16:00:00Z",
          pnl: 4.643716,
          confidence: 0.5795,
          executed: true,
        },
      },
    ]);
  });

  test("leaves out what a row leaves empty and keeps an abstention's 0", async () => {
    const { rows } = await readAll(`${HEADER}\nt1,s1,m,,0,,2026-01-01T00:00:00Z,0.000000,,false\n`);
    expect(rows[0]!.item).toEqual({
      trade_id: "t1",
      signal_id: "s1",
      model_name: "m",
      prediction: 0,
      closed_at: "2026-01-01T00:00:00Z",
      pnl: 0,
      executed: false,
    });
  });

  test("reads other column names, joined columns, words for sides and epoch times", async () => {
    const { rows } = await readAll(
      "id;bot;pair;in;out;profit;dir;real\n1;m;BTC;1767600000;1767603600000;1.5;LONG;yes\n",
      {
        map: [
          "trade_id=id,model_name=bot,closed_at=out",
          "signal_id=pair+in,opened_at=in,pnl=profit,side=dir,executed=real",
        ],
      },
    );
    expect(rows[0]!.item).toEqual({
      trade_id: "1",
      signal_id: "BTC@1767600000",
      model_name: "m",
      prediction: 1,
      opened_at: "2026-01-05T08:00:00.000Z",
      closed_at: "2026-01-05T09:00:00.000Z",
      pnl: 1.5,
      executed: true,
    });
  });

  test("reads MetaTrader's dates, and finds by itself what divides the columns", async () => {
    for (const by of [";", "\t", "|"]) {
      const text = ["trade_id", "model_name", "pnl", "opened_at", "closed_at"].join(by);
      const { rows } = await readAll(
        `${text}\n${["1", "m", "-1.5", "2026.03.02 14:30:00", "2026.03.02 15:00"].join(by)}\n`,
      );
      expect(rows[0]!.item).toMatchObject({
        opened_at: "2026-03-02 14:30:00",
        closed_at: "2026-03-02 15:00",
        pnl: -1.5,
      });
    }
  });

  test("sends what it cannot read as it is, for the quarantine to answer", async () => {
    const { rows, unsent } = await readAll(
      `${HEADER}\nt1,s,m,X,weird,,yesterday,abc,7,maybe\nt2,s,m,X,1,,2026-01-01T00:00:00Z,1e999,,\nt3,s,m,X,1,,2026-01-01T00:00:00Z,NaN,,\n`,
    );
    expect(unsent).toEqual([]);
    expect(rows[0]!.item).toMatchObject({ prediction: "weird", closed_at: "yesterday", pnl: "abc", executed: "maybe" });
    expect(rows[1]!.item.pnl).toBe("1e999");
    expect(rows[2]!.item.pnl).toBe("NaN");
  });

  test("names the line of every row that cannot be sent", async () => {
    const good = "t9,s,m,X,1,,2026-01-01T00:00:00Z,1,,true";
    const { rows, unsent } = await readAll(
      [
        HEADER,
        ",s,m,X,1,,2026-01-01T00:00:00Z,1,,",
        "t,s,,X,1,,2026-01-01T00:00:00Z,1,,",
        "t,s,m,X",
        "",
        good,
        't,"s,m',
      ].join("\n"),
    );
    expect(rows.map((row) => row.line)).toEqual([6]);
    expect(unsent.map(({ line, reason }) => [line, reason.split(",")[0]])).toEqual([
      [2, "trade_id is empty"],
      [3, "model_name is empty"],
      [4, "4 columns where the header has 10"],
      [7, "a quotation mark opens here and never closes: nothing from here on was read"],
    ]);
  });

  test("refuses what is no file of trades in one line", async () => {
    await expect(readAll("")).rejects.toThrow("is empty: its first line must name the columns");
    await expect(readAll("a,b,c\n1,2,3\n")).rejects.toThrow(/no column trade_id, .*its columns are a, b, c/);
    await expect(readAll("a;b;c\n1;2;3\n")).rejects.toThrow(/no column trade_id, .*its columns are a, b, c/);
    await expect(readAll("a;b;c\n1;2;3\n", { delimiter: "," })).rejects.toThrow("its columns are a;b;c");
    await expect(surveyFile({ path: join(dir, "none.csv"), map: {}, delimiter: "," })).rejects.toThrow(
      "there is no file",
    );
    await expect(surveyFile({ path: dir, map: {}, delimiter: "," })).rejects.toThrow("is no file");
  });
});

describe("surveying a file", () => {
  const rows = [
    "1,s1,b,X,1,,2026-01-02T00:00:00Z,1,,false",
    "2,s1,a,X,1,,2026-01-03T00:00:00Z,1,,true",
    "3,s2,b,X,1,,2026-01-01T00:00:00Z,1,,false",
  ];
  const survey = async (lines: readonly string[]) =>
    surveyFile({ path: await fileOf([HEADER, ...lines].join("\n")), map: {}, delimiter: "," });

  test("finds the models in order of appearance and rows out of order", async () => {
    expect(await survey(rows)).toEqual({
      rows: 3,
      models: [
        { name: "b", rows: 2, executed: 0 },
        { name: "a", rows: 1, executed: 1 },
      ],
      outOfOrder: { rows: 1, firstLine: 4 },
      withSignalIds: true,
      refused: { rows: 0, firstLine: null, reasons: [] },
    });
  });

  test("counts the rows that quarantine would keep, with the first one's line and reasons", async () => {
    const found = await survey([...rows, "4,s2,a,X,1,,2.3.2026,1,,true", "5,s3,a,X,1,,never,much,,true"]);
    const reasons = ["closed_at must be an ISO-8601 date-time, e.g. 2026-03-02T14:30:00Z"];
    expect(found.refused).toEqual({ rows: 2, firstLine: 5, reasons });
  });

  test("takes the executed model for the champion, else the first one, unless the options say otherwise", async () => {
    const found = await survey(rows);
    expect(chooseChampion(found, undefined)).toBe("a");
    expect(chooseChampion(await survey(rows.slice(0, 1)), undefined)).toBe("b");
    expect(chooseChampion(found, "b")).toBe("b");
    expect(() => chooseChampion(found, "c")).toThrow("the file's models are b, a");
    expect(() => chooseChampion({ ...found, models: [] }, undefined)).toThrow("no row that can be sent");
  });
});

describe("the column map", () => {
  test("says what is wrong with it", () => {
    expect(() => parseColumnMap(["pnl"])).toThrow("wants ours=theirs");
    expect(() => parseColumnMap(["profit=x"])).toThrow('no field "profit"; the fields are trade_id');
    expect(() => parseColumnMap(["pnl=a,pnl=b"])).toThrow("names pnl twice");
  });

  test("lists the columns found when a mapped one is missing", () => {
    const header = ["trade_id", "model_name", "closed_at", "gain"];
    expect(() => findColumns({ header, map: { pnl: "profit" }, file: "f.csv" })).toThrow(
      'f.csv has no column "profit" for pnl: its columns are trade_id, model_name, closed_at, gain',
    );
    expect(() => findColumns({ header: ["pnl", "pnl"], map: {}, file: "f.csv" })).toThrow("two columns called pnl");
  });
});

describe("the arguments of replay", () => {
  test("are read with their defaults", () => {
    expect(parseReplayOptions(["f.csv"])).toMatchObject({
      file: "f.csv",
      own: false,
      chunk: 1000,
      delimiter: null,
      map: {},
    });
    expect(parseReplayOptions(["--help"])).toBeNull();
    expect(parseReplayOptions(["f.csv", "--delimiter", "tab", "--url", "http://x:1/"])).toMatchObject({
      delimiter: "\t",
      url: "http://x:1",
    });
  });

  test("are refused in one line when they make no sense", () => {
    expect(() => parseReplayOptions([])).toThrow("which file?");
    expect(() => parseReplayOptions(["a", "b"])).toThrow("one file at a time");
    expect(() => parseReplayOptions(["a", "--own", "--url", "http://x"])).toThrow("no sense");
    expect(() => parseReplayOptions(["a", "--url", "localhost"])).toThrow("must be an address");
    expect(() => parseReplayOptions(["a", "--chunk", "0"])).toThrow("whole number from 25");
    expect(() => parseReplayOptions(["a", "--nonsense"])).toThrow("Unknown option '--nonsense'");
  });
});
