import { CommandError } from "../terminal/command-line.ts";
import { askAws } from "./aws-query.ts";

/** Whose credentials this shell has, as AWS itself sees them. */
export type Identity = { account: string; arn: string };

/** @throws CommandError in one line, without credentials or with ones AWS does not know */
export async function callerIdentity({ region }: { region: string }): Promise<Identity> {
  const query = { Action: "GetCallerIdentity", Version: "2011-06-15" };
  const { ok, status, said } = await askAws({ name: "STS", service: "sts", region, query });
  const account = said("Account");
  if (!ok || !account)
    throw new CommandError(`AWS does not know these credentials: ${said("Message") ?? `status ${status}`}`);
  return { account, arn: said("Arn") ?? "" };
}
