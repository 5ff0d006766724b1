import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { readHealth } from "../shared/api/health.ts";
import { apiHandler } from "./support/api.ts";
import { impatient } from "./support/clients.ts";
import { variable } from "./support/environment.ts";

const queue = new SQSClient(impatient);

/** GET /health */
export const handler = apiHandler("health", (_input, environment) =>
  readHealth({
    ...environment,
    countDeadLetters: async () => {
      const answer = await queue.send(
        new GetQueueAttributesCommand({
          QueueUrl: variable("FAILURE_QUEUE_URL"),
          AttributeNames: ["ApproximateNumberOfMessages"],
        }),
      );
      return Number(answer.Attributes?.ApproximateNumberOfMessages ?? 0);
    },
  }),
);
