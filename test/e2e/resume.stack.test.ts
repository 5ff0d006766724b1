import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Api } from "../../cli/client/api-client.ts";
import type { LocalStack } from "../../local/stack.ts";
import { makeDatabase } from "../support/database.ts";
import { startTestStack } from "../support/test-stack.ts";
import { until } from "../support/until.ts";
import { doorsOf, Story } from "./story.ts";

/**
 * A champion that collapses while all automatic action is off goes on being counted, and is rolled back as soon as it is on again: nobody
 * has to trade for it.
 */

const folder = mkdtempSync(join(tmpdir(), "understudy-resume-"));
const open: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const close of open.reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: { dataDir?: string; dynamodbUrl?: string; enabled: boolean }): Promise<LocalStack> {
  const { enabled, ...kept } = options;
  // On is what a stack is that nobody says anything about: those share their templates.
  const stack = await startTestStack({ ...kept, environment: enabled ? {} : { ENABLE_SHADOW_MODELS: "false" } });
  open.push(() => stack.stop());
  return stack;
}

/** The story's doors are those of the stack that runs now. */
function storyOn(first: LocalStack) {
  const doors = doorsOf(first);
  const story = new Story(doors, "resume");
  const moveTo = (next: LocalStack) => {
    doors.trades.destroy();
    Object.assign(doors, doorsOf(next));
  };
  return { story, doors, moveTo };
}

async function promoted(stack: LocalStack) {
  const { story, doors, moveTo } = storyOn(stack);
  for (const model_name of [story.steady, story.clever]) await doors.api.deploy({ model_name, model_type: "story" });
  for (let i = 0; i < 4; i++) await story.trade(40);
  await story.counted();
  // By hand: its guard has enough shadow evidence to measure it by, and the test need not wait for the proof.
  await doors.api.promote(story.clever, { force: true, reason: "the test begins" });
  return { story, doors, moveTo };
}

async function championNow(api: Api): Promise<string | undefined> {
  return (await api.status()).champion?.model_name;
}

/** Signals in which the collapsed champion is far beyond its guard's line. */
const COLLAPSE = 60;

describe("a champion that collapsed while nothing was done by itself", () => {
  it("is rolled back at once on resume, without another trade", async () => {
    const stack = await start({ enabled: true });
    const { story, doors } = await promoted(stack);
    await doors.api.pause({ reason: "maintenance" });
    story.collapse();
    await story.trade(COLLAPSE);
    await story.counted();
    expect(await championNow(doors.api)).toBe(story.clever);

    const resumedAt = performance.now();
    await doors.api.resume({ reason: "maintenance is over" });
    await until("the former champion back", async () => (await championNow(doors.api)) === story.steady, 30_000);
    expect(performance.now() - resumedAt).toBeLessThan(30_000);
    await stack.stop();
  }, 300_000);

  it("is rolled back at once by a start with automatic action on again, without another trade", async () => {
    // The database goes on, as it does in AWS; where the streams had been read to is on disk.
    const database = await makeDatabase();
    open.push(database.stop);
    const kept = { dataDir: join(folder, "data"), dynamodbUrl: database.endpoint };
    const first = await start({ ...kept, enabled: true });
    const { story, doors, moveTo } = await promoted(first);
    await first.stop();

    const held = await start({ ...kept, enabled: false });
    moveTo(held);
    story.collapse();
    await story.trade(COLLAPSE);
    await held.whenDrained();
    const { ledgers } = await doors.api.health();
    expect(ledgers?.map(({ trades }) => trades)).toEqual([story.signals, story.signals]);
    await held.stop();

    const again = await start({ ...kept, enabled: true });
    moveTo(again);
    await until("the former champion back", async () => (await championNow(doors.api)) === story.steady, 30_000);
  }, 600_000);
});
