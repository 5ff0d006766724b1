import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findStage, type Stage } from "../../infra/stages.ts";

describe("a stage", () => {
  it("is refused by name when nobody knows it", () => {
    expect(() => findStage("production", {})).toThrow(
      'Unknown stage "production": choose one of local, dev, staging, prod',
    );
    expect(() => findStage("toString", {})).toThrow("Unknown stage");
    expect(() => findStage(undefined, {})).toThrow(
      "No stage given: add -c stage=NAME with one of local, dev, staging, prod",
    );
  });

  it("has its settings replaced by the shell's, empty text meaning not set", () => {
    const known = {
      dev: { ...findStage("dev", {}), settings: { SHADOW_GUARD_TRADES: "150", SHADOW_UNREPORTED: "abstain" } },
    };

    const stage = findStage(
      "dev",
      { SHADOW_GUARD_TRADES: "50", SHADOW_UNREPORTED: "", PATH: "/bin" },
      known as Record<string, Stage>,
    );

    expect(stage.settings).toEqual({ SHADOW_GUARD_TRADES: "50", SHADOW_UNREPORTED: "abstain" });
  });

  it("is refused with a setting that Lambda would refuse at start", () => {
    expect(() => findStage("prod", { SHADOW_MIN_TRADES: "50" })).toThrow("SHADOW_MIN_TRADES");
    expect(() => findStage("prod", { SHADOW_MIN_TRADE: "500" })).toThrow("SHADOW_MIN_TRADE: no such setting");
  });
});

describe("the synthesis", () => {
  it.each([
    [
      "an unknown stage",
      { stage: "nowhere" },
      {},
      /^Unknown stage "nowhere": choose one of local, dev, staging, prod\n$/,
    ],
    ["no stage", {}, {}, /^No stage given: .*\n$/],
    [
      "an invalid setting",
      { stage: "dev" },
      { SHADOW_ALPHA: "0.5" },
      /^Invalid settings: SHADOW_ALPHA: must be 0\.05.*\n$/,
    ],
  ])("stops on %s with one line and a failing exit code", (_case, context, settings, line) => {
    const outdir = mkdtempSync(join(tmpdir(), "understudy-test-"));
    const app = spawnSync(process.execPath, [join(import.meta.dirname, "../../infra/app.ts")], {
      env: { ...process.env, ...settings, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_OUTDIR: outdir },
      encoding: "utf8",
    });
    rmSync(outdir, { recursive: true });

    expect(app.status).toBe(1);
    expect(app.stderr).toMatch(line);
    expect(app.stdout).toBe("");
  });
});
