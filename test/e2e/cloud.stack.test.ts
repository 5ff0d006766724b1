import { setTimeout as sleep } from "node:timers/promises";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Api } from "../../cli/client/api-client.ts";
import { deployedStage } from "../../cli/client/deployed-stage.ts";
import { connectDocuments } from "../../cli/client/stack-target.ts";
import { addressOfStage, outputOfStack } from "../../cli/client/stage-address.ts";
import { startTestStack } from "../support/test-stack.ts";
import { until } from "../support/until.ts";
import { type Doors, doorsOf, Story } from "./story.ts";

/**
 * The README's story through the doors a user has. On a local stack here, on a deployed one by `npm run test:cloud -- --stage dev`;
 * nothing in the story knows which. Afterwards the stage has the champion it had, none of the story's models trades or waits, and
 * its trades expire after a day. Where there was no champion, the story's first model stays: there is one from the first deployment on.
 */

const stageReference = process.env.UNDERSTUDY_TEST_STAGE;

type Entered = Doors & { close(): Promise<void> };

async function deployedDoors(reference: string): Promise<Entered> {
  const { region, serviceStack, dataStack } = deployedStage(reference, {});
  const trades = connectDocuments(null);
  return {
    api: new Api(await addressOfStage({ stack: serviceStack, region })),
    table: await outputOfStack({ stack: dataStack, region }, "TradesTable"),
    trades,
    // A real stack's streams may be read a second apart, and its API lets few requests through.
    settle: () => sleep(250),
    close: async () => trades.destroy(),
  };
}

async function localDoors(): Promise<Entered> {
  const stack = await startTestStack();
  const doors = doorsOf(stack);
  // The harder case: somebody is champion already.
  await doors.api.deploy({ model_name: "resident", model_type: "story" });
  return {
    ...doors,
    close: async () => {
      doors.trades.destroy();
      await stack.stop();
    },
  };
}

let doors: Entered;
let story: Story;
let resident: string | null = null;

beforeAll(async () => {
  doors = await (stageReference ? deployedDoors(stageReference) : localDoors());
  story = new Story(doors, Date.now().toString(36));
}, 300_000);

afterAll(async () => {
  if (!doors) return;
  try {
    await cleanUp();
  } finally {
    await doors.close();
  }
});

/** Whatever became of the story: its models leave, and the former champion is back. */
async function cleanUp(): Promise<void> {
  const { champion } = await doors.api.status();
  if (resident !== null && champion?.model_name !== resident)
    await doors.api.rollback({ reason: "end of the story", to: resident });
  const { challengers, queue } = await doors.api.status();
  for (const { model_name } of [...challengers, ...queue])
    if (story.isMine(model_name)) await doors.api.retire(model_name, { reason: "end of the story" });
}

describe("the story of the README", { shuffle: false }, () => {
  it("begins with a champion and a challenger, both of the story", async () => {
    const before = await doors.api.status();
    expect(before.challengers.length, "room for the story's models").toBeLessThan(2);
    resident = before.champion?.model_name ?? null;
    for (const model_name of [story.steady, story.clever])
      expect((await doors.api.deploy({ model_name, model_type: "story" })).model_name).toBe(model_name);
    if (resident !== null) await doors.api.promote(story.steady, { force: true, reason: "the story begins" });
    const { champion, challengers } = await doors.api.status();
    expect(champion?.model_name).toBe(story.steady);
    expect(challengers.map(({ model_name }) => model_name)).toContain(story.clever);
  });

  it("every trade is counted once; a trade that is there cannot be written again", async () => {
    for (let i = 0; i < 12; i++) await story.trade(40);
    const { mine } = await story.counted();
    expect(mine).toHaveLength(2);
    const [newest] = story.newest;
    await expect(story.write({ ...newest!, pnl: 99 })).rejects.toThrow(ConditionalCheckFailedException);
    expect(mine.map((model) => model?.trade_count)).toEqual([story.signals, story.signals]);
  });

  it("a challenger without proof is refused, with proof it is promoted by itself", async () => {
    await expect(doors.api.promote(story.clever, {})).rejects.toMatchObject({ status: 409 });
    await story.tradeUntilChampion(story.clever, 10);
    expect(story.signals).toBeGreaterThanOrEqual(500);
    const { last_look } = (await doors.api.comparison(story.clever))!;
    expect(last_look).toMatchObject({ decision: { verdict: "approve" } });
  });

  it("it fails, and the former champion is back within the promised thirty seconds", async () => {
    story.collapse();
    const ms = await story.tradeUntilChampion(story.steady, 2);
    expect(ms).toBeLessThan(30_000);
    // Trades go on meanwhile: from the one that broke the line to the rollback, as the event has it.
    const [event] = (await doors.api.history({ limit: 1, type: "rollback", model: story.clever })).events;
    expect(Date.parse(event!.at) - Date.parse(event!.trade_time!)).toBeLessThan(30_000);
  });

  it("people heard of both", async () => {
    const published = await until("both alerts", async () => {
      const { events } = await doors.api.history({ limit: 20 });
      const mine = events.filter(
        ({ model_name, event_type }) => story.isMine(model_name ?? "") && event_type !== "deployed",
      );
      const sent = mine.filter(({ delivery }) => delivery.state === "published").map((event) => event.event_type);
      return sent.includes("rollback") && sent.includes("promotion") && sent;
    });
    expect(published).toEqual(expect.arrayContaining(["promotion", "rollback"]));
  });

  it("leaves the stage as it was", async () => {
    await cleanUp();
    const { champion, challengers, queue } = await doors.api.status();
    expect(champion?.model_name).toBe(resident ?? story.steady);
    expect([...challengers, ...queue].filter(({ model_name }) => story.isMine(model_name))).toEqual([]);
  });
});
