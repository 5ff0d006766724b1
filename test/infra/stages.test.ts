import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { StageFileSchema } from "../../infra/stage-file.ts";
import { findStage } from "../../infra/stages.ts";

const root = join(import.meta.dirname, "..", "..");
const attended = {
  account: "111122223333",
  region: "eu-central-1",
  alerts: [{ mail: "desk@example.org" }],
  alarms: [{ mail: "ops@example.org" }],
};

describe("a stage", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "understudy-stages-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const write = (path: string, content: unknown) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), typeof content === "string" ? content : JSON.stringify(content));
  };
  const find = (reference: unknown, environment: Record<string, string> = {}) =>
    findStage(reference, { environment, directory });

  it("is found by ensemble and name, or by name alone where one ensemble has it", () => {
    write("equities/prod.json", attended);
    write("crypto/prod.json", { ...attended, region: "us-east-1" });
    write("crypto/dev.json", { unattended: true });

    expect(find("equities/prod")).toMatchObject({ id: "equities-prod", region: "eu-central-1" });
    expect(find("crypto/prod")).toMatchObject({ id: "crypto-prod", region: "us-east-1" });
    expect(find("dev").id).toBe("crypto-dev");
    expect(() => find("prod")).toThrow(
      'Several ensembles have a stage "prod": say which of crypto/prod, equities/prod',
    );
    expect(() => find("production")).toThrow(
      'Unknown stage "production": choose one of crypto/dev, crypto/prod, equities/prod',
    );
    expect(() => find(undefined)).toThrow("No stage given: add -c stage=NAME with one of crypto/dev,");
  });

  it("is refused when its failure store's name would be longer than S3 takes", () => {
    write("momentumfund/staging.json", attended);
    write("momentumf/staging.json", attended);
    expect(find("momentumf/staging").id).toBe("momentumf-staging");
    expect(() => find("momentumfund/staging")).toThrow(
      '"momentumfund-staging" is 20 characters long; names of buckets leave room for 17 in eu-central-1',
    );
  });

  it.each([
    ["a word nobody knows", { ...attended, alarmMails: [] }, 'it: Unrecognized key: "alarmMails"'],
    ["a wrong account", { ...attended, account: "12" }, "account: must be twelve digits"],
    ["an address with its token", { ...attended, alerts: [{ https: "https://x.org/T1/secret" }] }, "ssm:/path"],
    ["two ways in one", { ...attended, alerts: [{ mail: "a@b.org", queue: "q" }] }, "must be one of mail, sms,"],
    ["a retention CloudWatch does not know", { ...attended, logRetentionDays: 8 }, "logRetentionDays: must be one of"],
    ["text that is no JSON", "{", "is not valid JSON"],
  ])("is refused with %s, naming file and place", (_case, content, message) => {
    write("main/prod.json", content);
    expect(() => find("prod")).toThrow(message);
    expect(() => find("prod")).toThrow("main/prod.json");
  });

  it("with people behind it is refused when it would reach nobody, or live anywhere", () => {
    write("main/prod.json", {});
    expect(() => find("prod")).toThrow(
      /prod\.json needs account and region, somebody in alerts, somebody in alarms, or "unattended": true/,
    );
    write("main/prod.json", { ...attended, alarms: [] });
    expect(() => find("prod")).toThrow("needs somebody in alarms,");
    write("main/prod.json", {
      ...attended,
      alarms: [],
      slack: { workspaceId: "T00000000", alarmsChannelId: "C00000001" },
    });
    expect(find("prod").alarms).toEqual([]);
  });

  it("shares no Slack channel with another one of its account: Amazon Q Developer takes a channel once", () => {
    const slack = { workspaceId: "T00000000", alertsChannelId: "C00000001", alarmsChannelId: "C00000001" };
    write("equities/prod.json", { ...attended, slack });
    expect(find("prod").slack).toEqual(slack);
    write("crypto/prod.json", { ...attended, region: "us-east-1", slack });
    expect(() => find("equities/prod")).toThrow("the same Slack channel C00000001: an account can have it once");
    write("crypto/prod.json", { ...attended, account: "444455556666", slack });
    expect(find("equities/prod").id).toBe("equities-prod");
  });

  it("when deployed has its settings from its file alone: a shell's are refused, not followed", () => {
    write("main/dev.json", { unattended: true, settings: { SHADOW_GUARD_TRADES: "150" } });
    expect(find("dev").settings).toEqual({ SHADOW_GUARD_TRADES: "150" });
    expect(() => find("dev", { SHADOW_GUARD_TRADES: "50", SHADOW_UNREPORTED: "" })).toThrow(
      /^SHADOW_GUARD_TRADES set in this shell: a deployed stage has its settings from .*dev\.json alone/,
    );
    expect(() => find("dev", { ENABLE_SHADOW_MODELS: "false" })).toThrow("ENABLE_SHADOW_MODELS set in this shell");
  });

  it("on a laptop has its settings replaced by the shell's, empty text meaning not set", () => {
    write("local.json", { unattended: true, settings: { SHADOW_GUARD_TRADES: "150", SHADOW_UNREPORTED: "abstain" } });
    const { settings } = find("local", { SHADOW_GUARD_TRADES: "50", SHADOW_UNREPORTED: "", PATH: "/bin" });
    expect(settings).toEqual({ SHADOW_GUARD_TRADES: "50", SHADOW_UNREPORTED: "abstain" });
  });

  it("is refused with a setting that Lambda would refuse at start", () => {
    write("main/prod.json", { ...attended, settings: { SHADOW_MIN_TRADES: "50" } });
    expect(() => find("prod")).toThrow("SHADOW_MIN_TRADES");
    write("main/prod.json", { ...attended, settings: { SHADOW_MIN_TRADE: "500" } });
    expect(() => find("prod")).toThrow("SHADOW_MIN_TRADE: no such setting");
  });
});

describe("the schema beside the stages", () => {
  it("is the one they are read with, for editors that complete (-u writes it)", async () => {
    const schema = z.toJSONSchema(StageFileSchema, { io: "input" });
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
      join(root, "infra/ensembles/stage.schema.json"),
    );
    const shipped = JSON.parse(readFileSync(join(root, "infra/ensembles/main/prod.json"), "utf8"));
    expect(shipped.$schema).toBe("../stage.schema.json");
  });
});

describe("the synthesis", () => {
  it.each([
    [
      "an unknown stage",
      { stage: "nowhere" },
      {},
      /^Unknown stage "nowhere": choose one of local, main\/dev, main\/prod, main\/staging\n$/,
    ],
    ["no stage", {}, {}, /^No stage given: .*\n$/],
    [
      "an invalid setting",
      { stage: "local" },
      { SHADOW_ALPHA: "0.5" },
      /^Invalid settings: SHADOW_ALPHA: must be 0\.05.*\n$/,
    ],
    [
      "a stage nobody filled in",
      { stage: "prod" },
      {},
      /^infra\/ensembles\/main\/prod\.json needs account and region,.*\n$/,
    ],
  ])("stops on %s with one line and a failing exit code", (_case, context, settings, line) => {
    const outdir = mkdtempSync(join(tmpdir(), "understudy-test-"));
    const app = spawnSync(process.execPath, [join(root, "infra/app.ts")], {
      env: { ...process.env, ...settings, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_OUTDIR: outdir },
      encoding: "utf8",
    });
    rmSync(outdir, { recursive: true });

    expect(app.status).toBe(1);
    expect(app.stderr).toMatch(line);
    expect(app.stdout).toBe("");
  });
});
