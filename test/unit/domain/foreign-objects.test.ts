import { expect, test } from "vitest";
import { checkTrade } from "../../../shared/domain/trade.ts";

test("a trade whose attribute comes out of the SDK as a foreign object is refused with a reason, not by an exception", () => {
  const foreign = Object.create(Uint8Array.from([0, 2]));
  const image = { model_name: "a", trade_id: "t", pnl: 1, closed_at: "2026-06-30T10:00:00Z", signal_id: foreign };
  expect(checkTrade(image, { arrivedAt: Date.UTC(2026, 6, 1) })).toMatchObject({ ok: false });
});
