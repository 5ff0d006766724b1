import { beforeEach, expect, it } from "vitest";
import { emptyHead, joinRows, rowsOf } from "../../../shared/domain/ledger.ts";
import { rebuildLedger } from "../../../shared/domain/rebuild.ts";
import { aTrade, MINUTE, NOON, trades } from "../../support/samples.ts";
import { append, appendOf, enrol, headNow } from "./samples.ts";
import { state, store } from "./store-under-test.ts";

export function rowCases(): void {
  beforeEach(enrol);

  it("come back in order of arrival, over many blocks and appends of any size", async () => {
    const sizes = [1, 399, 400, 50, 400, 200, 7, 400];
    let count = 0;
    for (const n of sizes) {
      await append(trades(n, count));
      count += n;
      expect((await state.readRows("alpha", { closedAfter: null })).count).toBe(count);
    }
    expect(await state.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(count)));
    expect(await store.other.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(count)));
  });

  it("closed before a moment need not be read: whole blocks are left out, no later trade is", async () => {
    for (let i = 0; i < 3; i++) await append(trades(400, 400 * i));
    await append(trades(7, 1200));
    const clockOf = (block: number) => NOON + (400 * (block + 1) - 1) * MINUTE;
    for (const [closedAfter, first] of [
      [clockOf(1), 800],
      [clockOf(1) - 1, 400],
      [clockOf(2), 1200],
      [0, 0],
    ] as const) {
      const rows = await state.readRows("alpha", { closedAfter });
      expect(rows).toEqual(rowsOf(trades(1207 - first, first)));
    }
  });

  it("can be read from the newest end, at least as many as wanted", async () => {
    await append(trades(400));
    await append(trades(400, 400));
    await append(trades(50, 800));
    for (const [count, expected] of [
      [0, 50],
      [1, 50],
      [50, 50],
      [51, 450],
      [10_000, 850],
    ] as const) {
      expect(await state.readNewestRows("alpha", { count })).toEqual(rowsOf(trades(expected, 850 - expected)));
    }
  });
}

export function chainCases(): void {
  beforeEach(enrol);

  it("can be read from a moment on, a few at a time, wherever in the ledger it lies", async () => {
    for (let i = 0; i < 3; i++) await append(trades(400, 400 * i));
    await append(trades(30, 1200));
    const clockOf = (trade: number) => NOON + trade * MINUTE;
    for (const port of [state, store.other]) {
      for (const [closedAfter, count, first, rows] of [
        [null, 1, 0, 400],
        [clockOf(0) - 1, 401, 0, 800],
        [clockOf(399), 200, 400, 400],
        [clockOf(500), 300, 400, 400],
        [clockOf(1000), 1000, 800, 430],
        [clockOf(1215), 1, 1200, 30],
        [clockOf(0), 10_000, 0, 1230],
      ] as const) {
        const stretch = await port.readStretch("alpha", { closedAfter, count });
        expect(stretch.rows).toEqual(rowsOf(trades(rows, first)));
        expect(stretch).toMatchObject({ clock: clockOf(first + rows - 1), complete: first + rows === 1230 });
      }
    }
  });

  it("from a moment on are none where nothing closed after it", async () => {
    await append(trades(400));
    await append(trades(5, 400));
    const closedAfter = NOON + 404 * MINUTE;
    const none = { rows: joinRows([]), clock: closedAfter, complete: true };
    expect(await state.readStretch("alpha", { closedAfter, count: 5 })).toEqual(none);
    expect(await state.readStretch("nobody", { closedAfter, count: 5 })).toEqual(none);
  });

  it("of an attempt that ended between block and head are no part of the ledger, in whatever order they are read", async () => {
    const orphans = [trades(400), trades(300), trades(350, 0).map((t) => ({ ...t, pnl: -1 }))];
    for (const rows of orphans) {
      // Somebody else was faster: the block is written, the head is not.
      const stale = { ...emptyHead("alpha"), revision: 77 };
      expect(await state.appendToLedger(appendOf(stale, rows))).toBe("conflict");
    }
    await append(trades(350));
    await append(trades(400, 350));
    const late = {
      ...appendOf(await headNow(), trades(400, 750)),
      before: { head: emptyHead("alpha"), rejections: null },
    };
    expect(await state.appendToLedger(late)).toBe("conflict");
    for (const on of [state, store.other]) {
      expect(await on.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(750)));
      expect(await on.readNewestRows("alpha", { count: 1 })).toEqual(rowsOf(trades(400, 350)));
    }
    const ids = new Set(trades(1150).map((t) => t.tradeId));
    const found = await store.other.findTrades(await headNow(), { from: NOON, until: NOON + 9999 * MINUTE, ids });
    expect(found).toEqual(rowsOf(trades(750)));
  });

  it("are found by id near their close, without reading what cannot hold them", async () => {
    for (let i = 0; i < 6; i++) await append(trades(400, 400 * i));
    const head = await headNow();
    const wanted = trades(2400);
    for (const n of [0, 399, 400, 1234, 2399]) {
      const { tradeId, closedAt } = wanted[n]!;
      for (const on of [state, store.other]) {
        const found = await on.findTrades(head, { from: closedAt, until: closedAt, ids: new Set([tradeId, "nobody"]) });
        expect(found).toEqual(rowsOf([wanted[n]!]));
      }
    }
    const elsewhere = { from: NOON + 1900 * MINUTE, until: NOON + 1900 * MINUTE, ids: new Set([wanted[3]!.tradeId]) };
    expect((await store.other.findTrades(head, elsewhere)).count).toBe(0);
    const after = { from: NOON + 9999 * MINUTE, until: NOON + 9999 * MINUTE, ids: new Set([wanted[3]!.tradeId]) };
    expect((await state.findTrades(head, after)).count).toBe(0);
  });

  it("of a model nobody knows are none", async () => {
    expect(await state.readRows("nobody", { closedAfter: null })).toEqual(joinRows([]));
    expect(await state.readNewestRows("nobody", { count: 5 })).toEqual(joinRows([]));
  });
}

export function rebuiltCases(): void {
  beforeEach(enrol);

  it("are those of the ledger that was made anew, though what it replaced still lies beside them", async () => {
    for (let i = 0; i < 4; i++) await append(trades(400, 400 * i));
    const head = (await state.loadHeads(["alpha"])).get("alpha")!;
    const anew = trades(1600).map((trade) => ({ ...trade, pnl: trade.pnl + 1 }));
    // An attempt that was not put in place, and one that is.
    const givenUp = rebuildLedger({ head, trades: anew.slice(5) });
    const made = rebuildLedger({ head, trades: anew });
    for (const block of [...givenUp.blocks, ...made.blocks]) await state.sealBlock("alpha", block);
    expect(await state.appendToLedger({ ...appendOf(head, []), head: made.head, block: null })).toBe("written");
    for (const port of [state, store.other]) {
      const { rows, complete } = await port.readStretch("alpha", { closedAfter: null, count: 10_000 });
      expect(rows).toEqual(rowsOf(anew));
      expect(complete).toBe(true);
      const some = await port.readStretch("alpha", { closedAfter: NOON + 500 * MINUTE, count: 10 });
      expect(some.rows).toEqual(rowsOf(anew.slice(400, 800)));
      expect(await port.readNewestRows("alpha", { count: 1200 })).toEqual(rowsOf(anew.slice(400)));
    }
  });

  it("are found behind any number of blocks that were replaced: those a live ledger seals are small", async () => {
    const live = trades(800).map((trade) => ({ ...trade, signalId: `signal of ${trade.tradeId}` }));
    for (let i = 0; i < live.length; i += 10) await append(live.slice(i, i + 10));
    const head = (await state.loadHeads(["alpha"])).get("alpha")!;
    const made = rebuildLedger({ head, trades: live });
    for (const block of made.blocks) await state.sealBlock("alpha", block);
    expect(await state.appendToLedger({ ...appendOf(head, []), head: made.head, block: null })).toBe("written");
    const ids = new Set([live[5]!.tradeId, live[790]!.tradeId]);
    for (const port of [state, store.other]) {
      const { rows } = await port.readStretch("alpha", { closedAfter: null, count: 10_000 });
      expect(rows).toEqual(rowsOf(live));
      const found = await port.findTrades(made.head, { from: NOON, until: NOON + 9999 * MINUTE, ids });
      expect(found).toEqual(rowsOf([live[5]!, live[790]!]));
    }
  });
}

export function columnCases(): void {
  beforeEach(enrol);

  it("keep every bit of their numbers", async () => {
    const pnl = [0.1 + 0.2, 1 / 3, -1e-9, 123456789.12345679, 999_999_999_999.999, 5e-324, 2 ** -1074, -0, 1e12, -1e12];
    const rows = pnl.map((x, i) =>
      aTrade({
        tradeId: `t${i}`,
        pnl: x,
        openedAt: NOON + i,
        closedAt: NOON + i + 1,
        took: true,
        executed: i % 2 === 0,
      }),
    );
    await append(rows);
    const back = await store.other.readRows("alpha", { closedAfter: null });
    expect(new BigUint64Array(back.pnl.buffer)).toEqual(new BigUint64Array(Float64Array.from(pnl).buffer));
    expect(back).toEqual(rowsOf(rows));
  });

  it("may be as large as valid trades can be: 400 of the longest ids in the widest script", async () => {
    const wide = (i: number, letter: string) => letter.repeat(250) + String(i).padStart(6, "0");
    const rows = Array.from({ length: 400 }, (_, i) =>
      aTrade({ tradeId: wide(i, "語"), signalId: wide(i, "界"), took: i % 3 > 0, pnl: i % 3 > 0 ? i : 0 }),
    );
    expect((await append(rows)).written).toBe("written");
    expect(await store.other.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(rows));
  });
}
