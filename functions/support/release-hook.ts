import middy from "@middy/core";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Context } from "aws-lambda";
import { defaultProvider } from "./credentials.ts";
import { connect, type FunctionEnvironment, variable } from "./environment.ts";
import { observed } from "./invocation.ts";
import { logger } from "./log.ts";

/** What CodeDeploy asks before and after it lets the stream's batches through to a new version. */
type ReleaseEvent = { DeploymentId: string; LifecycleEventHookExecutionId: string };

/** Between two answers of CodeDeploy, most. */
const ANSWER_MS_MAX = 10_000;

/**
 * A Lambda handler for a hook of CodeDeploy. Whatever goes wrong is said as failed, and the deployment is taken back; an answer that does
 * not arrive counts as failed there, too.
 */
export function releaseHook(check: (environment: FunctionEnvironment, context: Context) => Promise<void>) {
  let environment: FunctionEnvironment | undefined;
  return middy<ReleaseEvent, void>(async (event: ReleaseEvent, context: Context) => {
    try {
      environment ??= connect();
      await check(environment, context);
    } catch (error) {
      logger.error("the release is taken back", { error: error as Error });
      return report(event, "Failed");
    }
    await report(event, "Succeeded");
  }).use(observed((event: ReleaseEvent) => ({ correlationId: event.DeploymentId, arrivedAt: undefined })));
}

/** One call, for which a client of the SDK would be two megabytes. */
async function report(event: ReleaseEvent, status: "Succeeded" | "Failed"): Promise<void> {
  const region = variable("AWS_REGION");
  const host = `codedeploy.${region}.amazonaws.com`;
  const body = JSON.stringify({
    deploymentId: event.DeploymentId,
    lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
    status,
  });
  const signer = new SignatureV4({ service: "codedeploy", region, credentials: defaultProvider(), sha256: Sha256 });
  const signed = await signer.sign({
    method: "POST",
    hostname: host,
    path: "/",
    protocol: "https:",
    headers: {
      host,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus",
    },
    body,
  });
  // fetch sets the host itself.
  const { host: _, ...headers } = signed.headers;
  const answer = await fetch(`https://${host}/`, {
    method: "POST",
    headers,
    body,
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  });
  if (!answer.ok) throw new Error(`CodeDeploy did not take the answer: ${answer.status} ${await answer.text()}`);
}
