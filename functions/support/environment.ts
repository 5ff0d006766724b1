import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { parseSettings, type Settings } from "../../shared/domain/settings.ts";
import type { Clock, StatePort } from "../../shared/pipeline/ports.ts";
import { impatient } from "./clients.ts";
import { currentCause } from "./invocation.ts";
import { MeasuredState } from "./measured-state.ts";
import { metrics } from "./metrics.ts";

/** What a function gets from its environment, read once per cold start: the only place that looks at process.env. */

export type FunctionEnvironment = {
  stage: string;
  settings: Settings;
  state: StatePort;
  clock: Clock;
};

export function variable(name: string): string {
  const text = process.env[name];
  if (!text) throw new Error(`the environment variable ${name} is not set`);
  return text;
}

export const systemClock: Clock = { now: () => Date.now() };

export function connect(): FunctionEnvironment {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(impatient), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const stage = variable("STAGE");
  metrics.setDefaultDimensions({ environment: stage });
  return {
    stage,
    settings: parseSettings(process.env),
    state: new MeasuredState(client, variable("STATE_TABLE"), { correlationId: () => currentCause().correlationId }),
    clock: systemClock,
  };
}
