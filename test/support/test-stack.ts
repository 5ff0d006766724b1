import { type LocalStack, type LocalStackOptions, startLocalStack } from "../../local/stack.ts";
import { makeDatabase } from "./database.ts";

/** The local stack on free ports and a database of its own, as nobody has set it up: for tests whose subject is what runs on it. */
export async function startTestStack(options: Partial<LocalStackOptions> = {}): Promise<LocalStack> {
  // Who brings a database, keeps it.
  const database = options.dynamodbUrl ? undefined : await makeDatabase(options.ports?.dynamodb);
  try {
    const stack = await startLocalStack({
      ports: { api: 0, dynamodb: 0, messaging: 0 },
      environment: {},
      log: () => {},
      dynamodbUrl: database?.endpoint,
      ...options,
    });
    const stop = async () => {
      await stack.stop();
      await database?.stop();
    };
    return { ...stack, stop };
  } catch (error) {
    await database?.stop();
    throw error;
  }
}
