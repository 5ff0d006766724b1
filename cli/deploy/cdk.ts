import { spawn } from "node:child_process";
import { join } from "node:path";
import type { DeployedStage } from "../client/deployed-stage.ts";
import { CommandError } from "../terminal/command-line.ts";

export const actions = ["bootstrap", "diff", "deploy", "destroy"] as const;
export type Action = (typeof actions)[number];

const root = join(import.meta.dirname, "..", "..");

/** The pinned CDK command, run by the Node this project brings, whatever is installed on the machine. */
const cdk = join(root, "node_modules", "aws-cdk", "bin", "cdk");

export type CdkCall = { args: string[]; environment: Record<string, string> };

/**
 * What the CDK is called with.
 * @throws CommandError where data would be destroyed that the stage's file protects
 */
export function cdkCall(
  action: Action,
  target: DeployedStage,
  {
    account,
    reference,
    stages,
    extra,
  }: { account: string; reference: string; stages?: string | undefined; extra: readonly string[] },
): CdkCall {
  const { stage, region } = target;
  if (action === "destroy" && stage.protectData)
    throw new CommandError(
      `${stage.file} protects its data: nothing is destroyed. docs/DEPLOYMENT.md says how to take a protected stage down`,
    );
  const environment = {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    CDK_DEFAULT_ACCOUNT: account,
    CDK_DEFAULT_REGION: region,
  };
  const context = ["-c", `stage=${reference}`, ...(stages ? ["-c", `stages=${stages}`] : [])];
  // With an app to ask, it would synthesise every stack first, for an answer it has been given here.
  if (action === "bootstrap")
    return { args: ["bootstrap", `aws://${account}/${region}`, "--app", "", ...extra], environment };
  // `diff` takes all stacks when none is named, and knows no such option.
  const which = action === "diff" ? [] : ["--all"];
  return { args: [action, ...which, ...context, ...extra], environment };
}

/** Runs it in this terminal, and passes its exit code on. */
export async function runCdk(call: CdkCall, signal: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [cdk, ...call.args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...call.environment },
  });
  signal.addEventListener("abort", () => child.kill("SIGINT"));
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exit) => resolve(exit ?? 1));
  });
  if (code !== 0) throw new CommandError(`cdk ${call.args[0]} ended with exit code ${code}`, { exitCode: code });
}
