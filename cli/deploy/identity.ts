import { askAws } from "../client/aws-query.ts";
import { CommandError } from "../terminal/command-line.ts";

/** Whose credentials this shell has, as AWS itself sees them. */
export type Identity = { account: string; arn: string };

/**
 * @param options.endpoint  left out: the real STS of the region
 * @throws CommandError in one line, without credentials or with ones AWS does not know
 */
export async function callerIdentity(options: { region: string; endpoint?: string | undefined }): Promise<Identity> {
  const { region, endpoint = `https://sts.${region}.amazonaws.com` } = options;
  const query = { Action: "GetCallerIdentity", Version: "2011-06-15" };
  const { ok, status, said } = await askAws({ name: "STS", service: "sts", region, endpoint, query });
  const account = said("Account");
  if (!ok || !account)
    throw new CommandError(`AWS does not know these credentials: ${said("Message") ?? `status ${status}`}`);
  return { account, arn: said("Arn") ?? "" };
}
