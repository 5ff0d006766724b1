import { inject } from "vitest";

/** A DynamoDB Local without tables. */
export type TestDatabase = { endpoint: string; stop(): Promise<void> };

/** @param wanted  its port; 0: any free one */
export async function makeDatabase(wanted = 0): Promise<TestDatabase> {
  const maker = inject("databases");
  const port = await answerOf(fetch(`${maker}/${wanted}`, { method: "POST" }));
  let open = true;
  const stop = async () => {
    if (open) await answerOf(fetch(`${maker}/${port}`, { method: "DELETE" }));
    open = false;
  };
  return { endpoint: `http://127.0.0.1:${port}`, stop };
}

async function answerOf(asked: Promise<Response>): Promise<string> {
  const answer = await asked;
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}
