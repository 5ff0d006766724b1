import { expect, it } from "vitest";
import { killRounds } from "./kill-rounds.ts";

/** A few rounds; more of them by `npm run kill-rounds`. */

it("keeps what it promised when the stack is killed with -9 again and again under writers and clients", async () => {
  const report = await killRounds({ seed: "3", rounds: 2, share: 0.05 });
  expect(report.faults).toEqual([]);
  expect(report.trades).toBeGreaterThan(100);
  expect(report.asked.filter((one) => one.outcome === "done").length).toBeGreaterThan(5);
}, 900_000);
