import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Api } from "../../cli/client/api-client.ts";
import { type Running, startScript, untilBy } from "../support/child-process.ts";
import { makeDatabase } from "../support/database.ts";
import { findThreePorts } from "../support/free-ports.ts";
import { commonSignals } from "../support/pipeline.ts";
import { quickFolder } from "../support/quick-folder.ts";

/** The local stack is killed with -9 in the middle of a replay, started again, and the replay repeated. */

const folder = quickFolder("understudy-kill-");
const children: Running[] = [];

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function run(script: string, args: string[]): Running {
  const child = startScript(script, args);
  children.push(child);
  return child;
}

const apiAt = (port: number) => new Api(`http://127.0.0.1:${port}`);

async function startStack(port: number, option: string, value: string): Promise<Running> {
  const child = run("cli/start.ts", ["--empty", "--port", String(port), option, value]);
  await untilBy(child, "the start", async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok);
  return child;
}

const counted = async (port: number): Promise<number> =>
  (await apiAt(port).health()).ledgers!.reduce((sum, ledger) => sum + ledger.trades, 0);

/** Everything that must not depend on when things happened: wall-clock times are left out. */
async function finalState(port: number): Promise<unknown> {
  const api = apiAt(port);
  const { ledgers } = await api.health();
  const { champion, challengers, departed } = await api.status();
  const events = await api.wholeHistory();
  // Of a model that was rolled back: what its last look rested on.
  const { path, earlier_reigns, last_look } = (await api.comparison("better"))!;
  const names = (models: readonly { model_name: string }[]) => models.map((m) => m.model_name);
  return {
    ledgers,
    champion: champion?.model_name,
    challengers: names(challengers),
    departed: names(departed),
    events: events.map((e) => [e.event_id, e.event_type, e.model_name, e.trade_time, e.reason]),
    path,
    earlier_reigns,
    hash: last_look?.rows_hash,
  };
}

function writeCsv(): string {
  const before = commonSignals({
    from: 0,
    to: 510,
    models: { steady: { mean: 50 }, better: { mean: 85 } },
    seed: "kill",
  });
  const after = commonSignals({
    from: 510,
    to: 580,
    models: { steady: { mean: 50 }, better: { mean: -60 } },
    seed: "fall",
  });
  const lines = [...before, ...after].map(
    (t) => `${t.model}-${t.id},${t.id},${t.model},X,1,${t.opened_at},${t.closedAt},${t.pnl},,${t.model === "steady"}`,
  );
  const file = join(folder, "trades.csv");
  writeFileSync(
    file,
    ["trade_id,signal_id,model_name,symbol,side,opened_at,closed_at,pnl,confidence,executed", ...lines].join("\n"),
  );
  return file;
}

async function replay(port: number, file: string): Promise<void> {
  const child = run("cli/replay.ts", [file, "--url", `http://127.0.0.1:${port}`, "--json"]);
  const [code] = await once(child, "exit");
  expect(code, child.text().slice(-2000)).toBe(0);
}

describe("a stack that is killed with -9 in the middle of a replay", () => {
  it("ends, started again and replayed again, in the state of an undisturbed run", async () => {
    const file = writeCsv();
    const calm = await findThreePorts();
    const database = await makeDatabase(calm + 1);
    const undisturbed = await startStack(calm, "--dynamodb", database.endpoint);
    await replay(calm, file);
    const expected = (await finalState(calm)) as { events: string[][]; champion: string };
    undisturbed.kill("SIGINT");
    await once(undisturbed, "exit");
    await database.stop();
    expect(expected.events.map((e) => e[1])).toContain("rollback");

    const rough = await findThreePorts();
    const data = join(folder, "rough");
    const first = await startStack(rough, "--data", data);
    run("cli/replay.ts", [file, "--url", `http://127.0.0.1:${rough}`, "--json"]);
    await untilBy(first, "about half of the trades", async () => (await counted(rough)) > 600);
    first.kill("SIGKILL");
    await once(first, "exit");
    const second = await startStack(rough, "--data", data);
    await replay(rough, file);
    expect(await finalState(rough)).toEqual(expected);
    second.kill("SIGINT");
    await once(second, "exit");
  }, 1_500_000);
});
