import { expect, test } from "vitest";
import { MarketTape } from "../../cli/market/market.ts";
import { createSystem, writtenTrade } from "../support/pipeline.ts";

/** The file of the tutorial: what it holds, and that it shows what the tutorial says. */

const SIGNALS = 700;
const steady = { winRate: 0.56, meanPnl: 50, sdPnl: 120 };
const clever = { winRate: 0.6, meanPnl: 75, sdPnl: 120 };

function tradesOfTheSample() {
  const tape = new MarketTape();
  const model = { abstains: 0.02, holdMs: 40 * 60_000 };
  const options = {
    seed: "tutorial-1",
    models: [
      { name: "steady", profile: steady, ...model },
      { name: "clever", profile: clever, ...model },
    ],
    correlation: 0.7,
    tail: 5,
    symbols: ["ETHUSDT"],
    startAt: Date.UTC(2026, 0, 5, 9),
    everyMs: 60 * 60_000,
  };
  return Array.from({ length: SIGNALS }, () => tape.advance(options)).flat();
}

test("the tutorial's file is the made-up market it is said to be", async () => {
  const minute = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;
  const rows = tradesOfTheSample()
    .toSorted((a, b) => a.closedAt - b.closedAt)
    .map((t) =>
      [
        t.modelName,
        t.tradeId,
        t.signalId,
        t.prediction,
        t.pnl,
        minute(t.openedAt),
        minute(t.closedAt),
        t.modelName === "steady",
      ].join(","),
    );
  const header = "model_name,trade_id,signal_id,side,pnl,opened_at,closed_at,executed";
  await expect(`${[header, ...rows].join("\n")}\n`).toMatchFileSnapshot("../../docs/sample-trades.csv");
});

test("of the tutorial's two models the better one is promoted at the second look", async () => {
  const system = createSystem();
  await system.deploy("steady");
  await system.deploy("clever");
  const rows = tradesOfTheSample().map(writtenTrade);
  for (let i = 0; i < rows.length; i += 200) {
    await system.write(rows.slice(i, i + 200));
    await system.evaluate();
  }
  const events = (await system.memory.listHistory({ limit: 50, cursor: null, type: "promotion", modelName: null }))
    .events;
  expect(events.map((event) => [event.modelName, event.type === "promotion" && event.details.n])).toEqual([
    ["clever", 600],
  ]);
});
