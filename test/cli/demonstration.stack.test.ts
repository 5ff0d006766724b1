import { afterAll, beforeAll, expect, test } from "vitest";
import { parseAlert } from "../../cli/client/alert-inbox.ts";
import { playDemonstration } from "../../cli/start/demonstration.ts";
import type { LocalStack } from "../../local/stack.ts";
import { startTestStack } from "../support/test-stack.ts";

/** The demonstration as fast as the machine can, on the real local stack. */

let stack: LocalStack;
const printed: { kind: string; text: string; [name: string]: unknown }[] = [];
const play = () =>
  playDemonstration(stack, {
    json: true,
    signal: AbortSignal.timeout(590_000),
    speed: Number.POSITIVE_INFINITY,
    write: (line) => printed.push(JSON.parse(line)),
  });

beforeAll(async () => {
  stack = await startTestStack();
}, 300_000);
afterAll(() => stack?.stop());

const of = (kind: string) => printed.filter((line) => line.kind === kind);

test("a better challenger is promoted, survives a market fall, collapses alone, and the guard restores the old champion", async () => {
  await play();
  expect(of("look")[0]).toMatchObject({ model: "momentum_v2", n: 500, verdict: "approve" });
  expect(of("look").filter((look) => look.verdict === "approve")).toHaveLength(1);
  expect(of("promotion").map((line) => line.text)).toEqual([
    "PROMOTION: momentum_v2 replaces momentum_v1 as champion after 500 common signals.",
  ]);
  const market = of("degradation").filter((line) => line.type === "market");
  expect(market.map((line) => line.text)).toEqual([
    expect.stringMatching(
      /^MARKET: Nothing is swapped under momentum_v2: the market changed, not the model: over the same \d+ signals/,
    ),
  ]);
  expect(printed.indexOf(market[0]!)).toBeLessThan(printed.indexOf(of("rollback")[0]!));
  const [rollback, speed] = of("rollback");
  expect(rollback!.text).toBe(
    "ROLLBACK: momentum_v2 was rolled back; momentum_v1 is champion again. " +
      "Cooldown after a rollback: nothing is promoted by itself until momentum_v1 has closed 500 more trades.",
  );
  expect(speed!.rollback_ms).toBeGreaterThan(0);
  expect(speed!.rollback_ms).toBeLessThan(30_000);
  const alerts = of("alert").map((line) => line.text.split(" ")[0]);
  expect(alerts).toContain("HIGH");
  expect(alerts).toContain("CRITICAL");
  expect(alerts).not.toContain("no");

  const status = await (await fetch(`${stack.urls.api}/shadow/status`)).json();
  expect(status).toMatchObject({
    data: {
      champion: { model_name: "momentum_v1" },
      departed: [{ model_name: "momentum_v2", role: "quarantined" }],
      rejected: [],
    },
  });

  // The second showing on the same stack would only repeat old trades.
  printed.length = 0;
  await play();
  expect(printed.map((line) => line.text)).toEqual([
    "Models are deployed here already; the demonstration plays on an empty stack only.",
  ]);
}, 600_000);

test("an alert is read out of SNS' envelope and out of a raw delivery, and nothing else is", () => {
  const event = JSON.stringify({ event_id: "e1", priority: "HIGH" });
  const expected = { eventId: "e1", priority: "HIGH", receivedAt: 5 };
  expect(parseAlert(JSON.stringify({ Type: "Notification", Message: event }), 5)).toEqual(expected);
  expect(parseAlert(event, 5)).toEqual(expected);
  expect(parseAlert("hello", 5)).toBeNull();
  expect(parseAlert(JSON.stringify({ Message: "hello" }), 5)).toBeNull();
});
