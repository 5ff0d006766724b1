import { startLocalStack } from "../../local/stack.ts";
import { fixtureTemplate } from "./fixture-template.ts";

/** A stack in a process of its own, for tests that kill it. usage: node fixture-run.ts DATA_DIR */

const dataDir = process.argv[2];
const stack = await startLocalStack({
  ports: { api: 0, dynamodb: 0, messaging: 0 },
  dataDir,
  template: fixtureTemplate(),
  log: () => {},
});
console.log(JSON.stringify({ dynamodbPid: stack.dynamodbPid, urls: stack.urls }));
for await (const _line of process.stdin) {
  await stack.whenDrained();
  console.log(JSON.stringify({ drained: true }));
}
await stack.stop();
