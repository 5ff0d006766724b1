import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { concurrencyCases } from "./store-cases/concurrency.case.ts";
import { historyCases, outboxCases } from "./store-cases/history.case.ts";
import { headCases, ledgerCases } from "./store-cases/ledger.case.ts";
import { chainCases, columnCases, rebuiltCases, rowCases } from "./store-cases/ledger-rows.case.ts";
import { lookCases } from "./store-cases/looks.case.ts";
import { changedCases, quarantineCases, unknownModelCases } from "./store-cases/quarantine.case.ts";
import { allocationCases, enrolmentCases, registryCases } from "./store-cases/registry.case.ts";
import { openStore, type StoreMaker } from "./store-cases/store-under-test.ts";

/** What every state store must do, whatever it is made of. */
export function describeStateStore(name: string, maker: StoreMaker): void {
  describe(name, () => {
    beforeAll(() => maker.start());
    afterAll(() => maker.stop());
    beforeEach(() => openStore(maker));
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
