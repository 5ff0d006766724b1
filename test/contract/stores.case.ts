import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DomainEvent, EventOf, EventType } from "../../shared/domain/event.ts";
import { emptyHead, joinRows, type LedgerHead, rowsOf } from "../../shared/domain/ledger.ts";
import { appendTrades } from "../../shared/domain/ledger-append.ts";
import type { LookDossier } from "../../shared/domain/look.ts";
import { IMAGE_CHARS_MAX, type RejectedTrade } from "../../shared/domain/quarantine.ts";
import { rebuildLedger } from "../../shared/domain/rebuild.ts";
import { emptyRegistry, type Registry } from "../../shared/domain/registry.ts";
import type { Trade } from "../../shared/domain/trade.ts";
import type { HistoryQuery, LedgerAppend, RegistryCommit, StatePort, Written } from "../../shared/pipeline/ports.ts";
import { anEvent, aTrade, MINUTE, NOON, someDetails, trades } from "../support/samples.ts";

/** A store for one test: nothing in it. `other` is another process on the same data. */
export type OpenStore = { state: StatePort; other: StatePort; rejected(): Promise<RejectedTrade[]> };

export type StoreMaker = { start(): Promise<void>; open(): Promise<OpenStore>; stop(): Promise<void> };

let store: OpenStore;
let state: StatePort;

/** What every state store must do, whatever it is made of. */
export function describeStateStore(name: string, maker: StoreMaker): void {
  describe(name, () => {
    beforeAll(() => maker.start());
    afterAll(() => maker.stop());
    beforeEach(async () => {
      store = await maker.open();
      state = store.state;
    });
    describe("registry", registryCases);
    describe("allocation", allocationCases);
    describe("enrolment", enrolmentCases);
    describe("looks and answers", lookCases);
    describe("history", historyCases);
    describe("outbox", outboxCases);
    describe("ledger", ledgerCases);
    describe("ledger heads", headCases);
    describe("ledger rows", rowCases);
    describe("ledger rows in blocks", chainCases);
    describe("ledger rows of a rebuilt ledger", rebuiltCases);
    describe("ledger columns", columnCases);
    describe("quarantine", quarantineCases);
    describe("changed trades", changedCases);
    describe("unknown models", unknownModelCases);
    describe("many at a time", concurrencyCases);
  });
}

function allocationCases(): void {
  it("is nothing before it was first kept, and afterwards what was kept last", async () => {
    expect(await state.loadAllocation()).toBeNull();
    const basis = { reign: 2, championTrades: 7, best: null, counts: {} };
    await state.saveAllocation(basis);
    await store.other.saveAllocation({ ...basis, best: { alpha: 0.75, beta: 0.25 }, counts: { alpha: 20 } });
    expect(await state.loadAllocation()).toMatchObject({ reign: 2, best: { alpha: 0.75 }, counts: { alpha: 20 } });
    expect(await state.loadRegistry()).toEqual(emptyRegistry);
  });
}

const registryAt = (version: number, changes: Partial<Registry> = {}): Registry => ({
  ...emptyRegistry,
  version,
  updatedAt: NOON + version,
  ...changes,
});

let eventsMade = 0;
function event(changes: Partial<EventOf<EventType>> = {}): DomainEvent {
  eventsMade += 1;
  const { type = "deployed", ...rest } = changes;
  return anEvent(type, { eventId: `e${String(eventsMade).padStart(6, "0")}`, at: NOON + eventsMade, ...rest });
}

const change = (version: number, changes: Partial<RegistryCommit> = {}): RegistryCommit => ({
  fromVersion: version - 1,
  registry: registryAt(version),
  events: [],
  ...changes,
});

/** A look with just enough in it to tell it from others. */
function look(n: number, changes: Partial<LookDossier> = {}): LookDossier {
  const dossier = {
    challenger: "beta",
    champion: "alpha",
    challengerEntry: 2,
    championEntry: 1,
    reign: 1,
    n,
    at: NOON,
  };
  return { ...dossier, seed: `seed ${n}`, ...changes } as LookDossier;
}

const answer = (key: string) => ({ key, fingerprint: "f", status: 201, body: { a: [1, "ä"] }, expiresAt: NOON });
const everything: HistoryQuery = { limit: 200, cursor: null, type: null, modelName: null };
const idsOf = (events: readonly DomainEvent[]) => events.map((e) => e.eventId);

function registryCases(): void {
  it("is empty before the first commit", async () => {
    expect(await state.loadRegistry()).toEqual(emptyRegistry);
  });

  it("is replaced as a whole, and another process sees it at once", async () => {
    expect(await state.commit(change(1, { registry: registryAt(1, { reign: 7 }) }))).toBe("written");
    expect(await store.other.loadRegistry()).toEqual(registryAt(1, { reign: 7 }));
    expect(await store.other.commit(change(2))).toBe("written");
    expect(await state.loadRegistry()).toEqual(registryAt(2));
  });

  it("takes no change computed from another version, and nothing of it", async () => {
    await state.commit(change(1));
    const stale = change(1, {
      events: [event()],
      enrolled: { name: "beta", version: "1" },
      looks: [look(500)],
      answer: answer("k"),
    });
    for (const fromVersion of [0, 2, 99]) expect(await state.commit({ ...stale, fromVersion })).toBe("conflict");
    expect(await state.loadRegistry()).toEqual(registryAt(1));
    expect((await state.listHistory(everything)).events).toEqual([]);
    expect(await state.listUnpublished({ limit: 9 })).toEqual([]);
    expect(await state.loadUsedVersions("beta")).toEqual([]);
    expect((await state.loadHeads(["beta"])).size).toBe(0);
    expect(await state.listLooks({ model: "beta", entry: 2 })).toEqual([]);
    expect(await state.loadAnswer("k")).toBeNull();
  });

  it("takes events alone under the same fence, and stays as it is", async () => {
    expect(await state.commit({ fromVersion: 0, registry: null, events: [event()] })).toBe("written");
    await state.commit(change(1));
    expect(await state.commit({ fromVersion: 1, registry: null, events: [event()] })).toBe("written");
    expect(await state.commit({ fromVersion: 0, registry: null, events: [event()] })).toBe("conflict");
    expect(await state.loadRegistry()).toEqual(registryAt(1));
    expect((await state.listHistory(everything)).events).toHaveLength(2);
  });

  it("may go on by several versions in one commit: one moment can bring several changes", async () => {
    await state.commit(change(1));
    expect(await state.commit({ fromVersion: 1, registry: registryAt(4), events: [] })).toBe("written");
    expect(await state.commit({ fromVersion: 2, registry: registryAt(3), events: [] })).toBe("conflict");
    expect((await state.loadRegistry()).version).toBe(4);
  });

  it("is not changed by what a reader does with its copy", async () => {
    await state.commit(change(1));
    const copy = await state.loadRegistry();
    copy.challengers.push({ name: "intruder" } as never);
    expect((await state.loadRegistry()).challengers).toEqual([]);
  });
}

function enrolmentCases(): void {
  it("begins a ledger and uses up a version, once", async () => {
    await state.commit(change(1, { enrolled: { name: "alpha", version: "1" } }));
    expect(await state.loadUsedVersions("alpha")).toEqual(["1"]);
    expect((await state.loadHeads(["alpha"])).get("alpha")).toEqual(emptyHead("alpha"));
    expect(await state.commit(change(2, { enrolled: { name: "alpha", version: "1" } }))).toBe("conflict");
    expect((await state.loadRegistry()).version).toBe(1);
  });

  it("of a new version goes on with the ledger there is", async () => {
    await state.commit(change(1, { enrolled: { name: "alpha", version: "1" } }));
    await append(trades(3));
    await state.commit(change(2, { enrolled: { name: "alpha", version: "2" } }));
    expect((await state.loadUsedVersions("alpha")).sort()).toEqual(["1", "2"]);
    expect((await state.loadHeads(["alpha"])).get("alpha")?.count).toBe(3);
  });
}

function lookCases(): void {
  it("keep a look for ever: a second one at the same place is refused with all that comes with it", async () => {
    await state.commit(change(1, { looks: [look(500)] }));
    const again = change(2, { looks: [look(500, { seed: "other" })], events: [event()] });
    expect(await state.commit(again)).toBe("conflict");
    expect(await state.loadLook({ model: "beta", entry: 2, reign: 1, n: 500 })).toEqual(look(500));
    expect((await state.loadRegistry()).version).toBe(1);
    expect((await state.listHistory(everything)).events).toEqual([]);
  });

  it("find a look by all four of its coordinates", async () => {
    await state.commit(change(1, { looks: [look(500)] }));
    const where = { model: "beta", entry: 2, reign: 1, n: 500 };
    for (const wrong of [{ model: "alpha" }, { entry: 1 }, { reign: 2 }, { n: 600 }])
      expect(await state.loadLook({ ...where, ...wrong })).toBeNull();
  });

  it("list the looks of one stay of one model, by reign and then by rows", async () => {
    const looks = [look(10_000), look(900), look(500, { reign: 12 }), look(600, { reign: 2 })];
    await state.commit(change(1, { looks }));
    await state.commit(change(2, { looks: [look(500, { challengerEntry: 22 }), look(500, { challenger: "gamma" })] }));
    const listed = await state.listLooks({ model: "beta", entry: 2 });
    expect(listed.map((l) => [l.reign, l.n])).toEqual([
      [1, 900],
      [1, 10_000],
      [2, 600],
      [12, 500],
    ]);
  });

  it("keep an answer under its key: the key cannot be used twice", async () => {
    await state.commit(change(1, { answer: answer("k") }));
    expect(await state.loadAnswer("k")).toEqual(answer("k"));
    expect(await state.loadAnswer("K")).toBeNull();
    expect(await state.commit(change(2, { answer: { ...answer("k"), status: 500 } }))).toBe("conflict");
    expect(await state.loadAnswer("k")).toEqual(answer("k"));
  });
}

function historyCases(): void {
  it("gives events newest first, whatever the order they were written in", async () => {
    const [a, b, c] = [event(), event(), event()];
    await state.commit(change(1, { events: [b!, a!] }));
    await state.commit(change(2, { events: [c!] }));
    expect((await state.listHistory(everything)).events).toEqual([c, b, a]);
  });

  it("pages through all of them, each once, also when new ones come in meanwhile", async () => {
    const events = Array.from({ length: 23 }, () => event());
    await state.commit(change(1, { events: events.slice(0, 20) }));
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < 9; page++) {
      const found = await state.listHistory({ ...everything, limit: 7, cursor });
      seen.push(...idsOf(found.events));
      cursor = found.cursor;
      if (page === 0) await state.commit(change(2, { events: events.slice(20) }));
      if (cursor === null) break;
    }
    expect(seen).toEqual(idsOf(events.slice(0, 20)).reverse());
  });

  it("says that there is no more when the last page is full", async () => {
    await state.commit(change(1, { events: [event(), event()] }));
    expect((await state.listHistory({ ...everything, limit: 2 })).cursor).toBeNull();
    expect((await state.listHistory({ ...everything, limit: 1 })).cursor).not.toBeNull();
  });

  it("filters by type and by model, over pages as well", async () => {
    const models = ["alpha", "beta", null];
    const events = Array.from({ length: 24 }, (_, i) =>
      event({ type: i % 4 === 0 ? "promotion" : "retired", modelName: models[i % 3]! }),
    );
    await state.commit(change(1, { events: events.slice(0, 12) }));
    await state.commit(change(2, { events: events.slice(12) }));
    const query = { ...everything, type: "promotion", modelName: "beta", limit: 1 };
    const expected = events.filter((e) => e.type === "promotion" && e.modelName === "beta").reverse();
    const seen: DomainEvent[] = [];
    let cursor: string | null = null;
    do {
      const page = await state.listHistory({ ...query, cursor });
      seen.push(...page.events);
      cursor = page.cursor;
    } while (cursor !== null && seen.length < 9);
    expect(expected.length).toBeGreaterThan(1);
    expect(seen).toEqual(expected);
    expect((await state.listHistory({ ...everything, type: "nothing" })).events).toEqual([]);
    expect((await state.listHistory({ ...everything, modelName: "alpha" })).events).toHaveLength(8);
  });

  it("holds an event id once: a second one is refused with all that comes with it", async () => {
    const first = event();
    await state.commit(change(1, { events: [first] }));
    expect(await state.commit(change(2, { events: [event(), first] }))).toBe("conflict");
    expect((await state.loadRegistry()).version).toBe(1);
    expect((await state.listHistory(everything)).events).toEqual([first]);
  });
}

function outboxCases(): void {
  it("holds every event until its publication is confirmed, oldest first", async () => {
    const events = [event({ eventId: "z", at: NOON }), event({ eventId: "a", at: NOON + 5 }), event({ at: NOON + 9 })];
    await state.commit(change(1, { events: [...events].reverse() }));
    expect(idsOf(await state.listUnpublished({ limit: 9 }))).toEqual(idsOf(events));
    expect(idsOf(await state.listUnpublished({ limit: 2 }))).toEqual(["z", "a"]);
    await state.markPublished(events[1]!, NOON + 60);
    expect(idsOf(await store.other.listUnpublished({ limit: 9 }))).toEqual(["z", events[2]!.eventId]);
  });

  it("takes a second confirmation for what it is: nothing new", async () => {
    const [first, second] = [event({ eventId: "a" }), event()];
    await state.commit(change(1, { events: [first, second] }));
    await state.markPublished(first, NOON + 60);
    await state.markPublished(first, NOON + 90);
    expect(idsOf(await state.listUnpublished({ limit: 9 }))).toEqual([second.eventId]);
    const { published } = await store.other.listHistory(everything);
    expect(published).toEqual(new Map([["a", NOON + 60]]));
  });

  it("takes the confirmation of an event that has left it, and does not bring it back half", async () => {
    await state.markPublished({ eventId: "long published", at: NOON }, NOON + 60);
    expect(await state.listUnpublished({ limit: 9 })).toEqual([]);
    expect((await state.listHistory(everything)).events).toEqual([]);
  });
}

const nothing = { rejected: [], rejections: null, changes: new Map(), events: [], evaluate: false };

/** What an append of these trades to a ledger is, as ingest makes it. */
function appendOf(head: LedgerHead, rows: readonly Trade[]): LedgerAppend {
  const appended = appendTrades(head, rows);
  return {
    ...nothing,
    model: head.model,
    before: { head, rejections: null },
    head: { ...head, ...appended.head, revision: head.revision + 1 },
    block: appended.block,
  };
}

/** Appends trades to alpha's ledger from how it stands, as ingest does, and hands out what it wrote. */
async function append(rows: readonly Trade[], on = state): Promise<{ written: Written; append: LedgerAppend }> {
  const change = appendOf((await on.loadHeads(["alpha"])).get("alpha")!, rows);
  return { written: await on.appendToLedger(change), append: change };
}

const enrol = () => state.commit(change(1, { enrolled: { name: "alpha", version: "1" } }));
const headNow = async () => (await state.loadHeads(["alpha"])).get("alpha")!;

function ledgerCases(): void {
  beforeEach(enrol);

  it("grows by what is appended, and its head with it", async () => {
    expect((await append(trades(3))).written).toBe("written");
    expect(await headNow()).toMatchObject({ count: 3, revision: 1, clock: NOON + 2 * MINUTE });
    expect(await store.other.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(3)));
  });

  it("takes no append computed from another head, and nothing of it", async () => {
    const { append: first } = await append(trades(3));
    await append(trades(2, 3));
    const before = [await headNow(), await state.readRows("alpha", { closedAfter: null })];
    const rejected: RejectedTrade = {
      modelName: "alpha",
      tradeId: "x",
      sequence: "9",
      stream: "s1",
      kind: "invalid",
      reasons: ["r"],
      image: "{}",
      arrivedAt: NOON,
    };
    const rejections = {
      modelName: "alpha",
      count: 1,
      byKind: {},
      lastReason: "",
      lastTradeId: "",
      lastAt: 0,
      stream: "s1",
      watermark: "9",
    };
    const changes = new Map([["t00000", { stream: "s1", sequence: "9" }]]);
    const stale = { ...first, rejected: [rejected], rejections, changes, events: [event()] };
    expect(await state.appendToLedger(stale)).toBe("conflict");
    expect([await headNow(), await state.readRows("alpha", { closedAfter: null })]).toEqual(before);
    expect(await state.loadRejectionCount("alpha")).toBeNull();
    expect((await state.loadChanges("alpha", ["t00000"])).size).toBe(0);
    expect(await store.rejected()).toEqual([]);
    expect((await state.listHistory(everything)).events).toEqual([]);
  });

  it("takes no append to a ledger that was never begun", async () => {
    const ghost = appendOf(emptyHead("ghost"), trades(1));
    expect(await state.appendToLedger(ghost)).toBe("conflict");
    expect((await state.loadHeads(["ghost"])).size).toBe(0);
  });

  it("takes an append with events once: the same event id again is a conflict", async () => {
    const rejected = event({ type: "trade_rejected" });
    await append(trades(1));
    const head = await headNow();
    const next = { ...appendOf(head, []), events: [rejected] };
    expect(await state.appendToLedger(next)).toBe("written");
    const again = { ...appendOf(await headNow(), trades(1, 1)), events: [rejected] };
    expect(await state.appendToLedger(again)).toBe("conflict");
    expect(await headNow()).toMatchObject({ revision: head.revision + 1, count: 1 });
    expect((await state.listHistory(everything)).events).toEqual([rejected]);
  });
}

function headCases(): void {
  beforeEach(enrol);

  it("are those of the models asked for, those that exist", async () => {
    await state.commit(change(2, { enrolled: { name: "beta", version: "1" } }));
    const strangers = Array.from({ length: 60 }, (_, i) => `m${i}`);
    const heads = await state.loadHeads(["beta", "alpha", "beta", ...strangers]);
    expect([...heads.keys()].sort()).toEqual(["alpha", "beta"]);
    expect((await state.loadHeads([])).size).toBe(0);
    expect((await state.loadHeads(["nobody"])).size).toBe(0);
  });

  it("hold the newest rows until these are sealed", async () => {
    await append(trades(5));
    expect(await headNow()).toMatchObject({ count: 5, sealed: null, tail: rowsOf(trades(5)) });
    await append(trades(400, 5));
    expect(await headNow()).toMatchObject({ count: 405, sealed: { clock: NOON + 404 * MINUTE }, tail: rowsOf([]) });
  });
}

function rowCases(): void {
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

function chainCases(): void {
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

function rebuiltCases(): void {
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

function columnCases(): void {
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

const bad = (n: number, modelName: string, image = "{}"): RejectedTrade => ({
  modelName,
  tradeId: `t${n}`,
  sequence: String(n).padStart(21, "4"),
  stream: "s1",
  kind: "unknown-model",
  reasons: [`model ${modelName} is not deployed`],
  image,
  arrivedAt: NOON,
});
const counted = (modelName: string, count: number, watermark: string) => ({
  modelName,
  count,
  byKind: { "unknown-model": count },
  lastReason: "r",
  lastTradeId: "t",
  lastAt: NOON,
  stream: "s1",
  watermark,
});
const rejection = (modelName: string, n: number, image?: string): LedgerAppend => ({
  ...nothing,
  model: modelName,
  head: null,
  block: null,
  rejected: [bad(n, modelName, image)],
  rejections: counted(modelName, n, String(n)),
  before: { head: null, rejections: n === 1 ? null : counted(modelName, n - 1, String(n - 1)) },
});

function quarantineCases(): void {
  it("knows which records lie in it, by stream and sequence number", async () => {
    for (const n of [1, 2]) await state.appendToLedger(rejection("ghost", n));
    const sequences = [1, 2, 3].map((n) => bad(n, "ghost").sequence);
    const known = async (model: string, stream: string) => [
      ...(await state.findRejected(model, { stream, sequences })),
    ];
    expect((await known("ghost", "s1")).sort()).toEqual(sequences.slice(0, 2));
    expect(await known("ghost", "s2")).toEqual([]);
    expect(await known("other", "s1")).toEqual([]);
    expect(await state.findRejected("ghost", { stream: "s1", sequences: [] })).toEqual(new Set());
  });

  it("takes no record a second time", async () => {
    await state.appendToLedger(rejection("ghost", 1));
    const again = { ...rejection("ghost", 2), rejected: [bad(1, "ghost")] };
    expect(await state.appendToLedger(again)).toBe("conflict");
    expect(await state.loadRejectionCount("ghost")).toMatchObject({ count: 1 });
  });

  it("takes nothing as of an unknown model that has been deployed meanwhile", async () => {
    await enrol();
    expect(await state.appendToLedger(rejection("alpha", 1))).toBe("conflict");
    expect(await store.rejected()).toEqual([]);
  });

  it("keeps rejected trades and their counts of models that have no ledger", async () => {
    for (const n of [1, 2]) expect(await state.appendToLedger(rejection("ghost", n))).toBe("written");
    await state.appendToLedger(rejection("other", 1));
    expect(await state.loadRejectionCount("ghost")).toEqual(counted("ghost", 2, "2"));
    expect(
      (await state.listRejectionCounts(["ghost", "other", "ghost", "nobody"]))
        .map((c) => [c.modelName, c.count])
        .sort(),
    ).toEqual([
      ["ghost", 2],
      ["other", 1],
    ]);
    expect((await store.rejected()).map((r) => [r.modelName, r.tradeId]).sort()).toEqual([
      ["ghost", "t1"],
      ["ghost", "t2"],
      ["other", "t1"],
    ]);
  });

  it("counts under a fence: two that counted from the same number cannot both be right", async () => {
    await state.appendToLedger(rejection("ghost", 1));
    expect(await state.appendToLedger(rejection("ghost", 1))).toBe("conflict");
    expect(await state.appendToLedger(rejection("ghost", 3))).toBe("conflict");
    expect(await state.loadRejectionCount("ghost")).toEqual(counted("ghost", 1, "1"));
    expect(await store.rejected()).toHaveLength(1);
  });

  it("tells apart names as long as a key allows that differ in their last letter", async () => {
    const names = ["a", "b"].map((last) => "n".repeat(2047) + last);
    for (const name of names) expect(await state.appendToLedger(rejection(name, 1))).toBe("written");
    for (const name of names) expect((await state.loadRejectionCount(name))?.modelName).toBe(name);
    expect(await state.loadRejectionCount("n".repeat(2048))).toBeNull();
  });

  it("takes forty of the largest bad rows in one transaction", async () => {
    const many = Array.from({ length: 40 }, (_, n) => bad(n + 1, "ghost", "語".repeat(IMAGE_CHARS_MAX)));
    expect(await state.appendToLedger({ ...rejection("ghost", 1), rejected: many })).toBe("written");
    expect(await store.rejected()).toHaveLength(40);
  });
}

function changedCases(): void {
  it("remembers the trades that were changed after they had been counted, the latest change of each", async () => {
    await enrol();
    const mark = (sequence: string) => ({ stream: "s1", sequence });
    const changes = [
      new Map([["a", mark("5")]]),
      new Map([
        ["a", mark("7")],
        ["b", mark("8")],
      ]),
    ];
    for (const map of changes) await state.appendToLedger({ ...appendOf(await headNow(), []), changes: map });
    const ids = ["a", "b", "c", ...Array.from({ length: 150 }, (_, i) => `x${i}`)];
    expect(await store.other.loadChanges("alpha", ids)).toEqual(
      new Map([
        ["a", mark("7")],
        ["b", mark("8")],
      ]),
    );
    expect((await state.loadChanges("beta", ["a"])).size).toBe(0);
    expect((await state.loadChanges("alpha", [])).size).toBe(0);
  });
}

function unknownModelCases(): void {
  it("keeps one count of all unknown models, under a fence and with its alert", async () => {
    expect(await state.loadUnknownModels()).toBeNull();
    const names = [{ name: "ghost", count: 1, lastTradeId: "t", lastAt: NOON }];
    const at = (revision: number) => ({ revision, count: revision, day: 1, ofDay: revision, names });
    const alert = event({ modelName: null });
    const first = { before: null, after: at(1), events: [alert] };
    expect(await state.saveUnknownModels(first)).toBe("written");
    expect(await state.saveUnknownModels({ ...first, events: [] })).toBe("conflict");
    expect(await store.other.saveUnknownModels({ before: at(1), after: at(2), events: [] })).toBe("written");
    expect(await state.saveUnknownModels({ before: at(1), after: at(2), events: [] })).toBe("conflict");
    expect(await state.loadUnknownModels()).toEqual(at(2));
    expect((await state.listUnpublished({ limit: 9 })).map((e) => e.eventId)).toEqual([alert.eventId]);
  });
}

function concurrencyCases(): void {
  const twenty = <T>(run: (i: number) => Promise<T>) => Promise.all(Array.from({ length: 20 }, (_, i) => run(i)));

  it("let exactly one of twenty commits through, round after round", async () => {
    for (let version = 1; version <= 5; version++) {
      const outcomes = await twenty((i) =>
        (i % 2 ? state : store.other).commit(
          change(version, {
            registry: registryAt(version, { trials: i }),
            events: [event({ details: { ...someDetails.deployed, version: `by ${i}` } })],
            enrolled: { name: `m${i}`, version: String(version) },
          }),
        ),
      );
      const winner = outcomes.indexOf("written");
      expect(outcomes.filter((o) => o === "written")).toHaveLength(1);
      expect(await state.loadRegistry()).toEqual(registryAt(version, { trials: winner }));
      const { events } = await state.listHistory(everything);
      expect(events).toHaveLength(version);
      expect(events[0]!.details).toMatchObject({ version: `by ${winner}` });
      expect(await state.loadUsedVersions(`m${winner}`)).toContain(String(version));
    }
  });

  it("let exactly one of twenty appends through, round after round", async () => {
    await enrol();
    for (let round = 0; round < 4; round++) {
      const head = await headNow();
      const outcomes = await twenty((i) =>
        (i % 2 ? state : store.other).appendToLedger(appendOf(head, trades(3, 3 * round))),
      );
      expect(outcomes.filter((outcome) => outcome === "written")).toHaveLength(1);
      expect(await headNow()).toMatchObject({ count: head.count + 3 });
    }
    expect(await state.readRows("alpha", { closedAfter: null })).toEqual(rowsOf(trades(12)));
  });

  it("give every reader a registry of one version, never a mixture", async () => {
    const whole = (v: number) => registryAt(v, { reign: v, trials: v, nextEntry: v });
    await state.commit(change(1, { registry: whole(1) }));
    const reading = twenty(async () => {
      for (let i = 0; i < 5; i++) {
        const { version, reign, trials, nextEntry } = await store.other.loadRegistry();
        expect(new Set([version, reign, trials, nextEntry]).size).toBe(1);
      }
    });
    for (let v = 2; v <= 10; v++) await state.commit(change(v, { registry: whole(v) }));
    await reading;
    expect((await state.loadRegistry()).version).toBe(10);
  });
}
