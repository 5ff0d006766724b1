import type { Command } from "commander";
import type { Api } from "../client/api-client.ts";
import { type ConnectionOptions, connect } from "../client/connection.ts";

/** What every verb needs: the API it talks to, and how it shall answer. */
export async function contextOf(command: Command, signal: AbortSignal): Promise<{ api: Api; json: boolean }> {
  const shared = command.optsWithGlobals<ConnectionOptions & { json?: boolean }>();
  return { api: await connect(shared, signal), json: shared.json === true };
}
