import { makeSigner, type Signer } from "../client/aws-signing.ts";
import { CommandError } from "../terminal/command-line.ts";

/** Whose credentials this shell has, as AWS itself sees them. */
export type Identity = { account: string; arn: string };

const ANSWER_MS_MAX = 15_000;

/**
 * @param options.endpoint  left out: the real STS of the region
 * @throws CommandError in one line, without credentials or with ones AWS does not know
 */
export async function callerIdentity(options: {
  region: string;
  endpoint?: string | undefined;
  sign?: Signer;
}): Promise<Identity> {
  const endpoint = options.endpoint ?? `https://sts.${options.region}.amazonaws.com`;
  const url = `${endpoint.replace(/\/+$/, "")}/?Action=GetCallerIdentity&Version=2011-06-15`;
  const sign = options.sign ?? makeSigner(options.region, "sts");
  const headers = await sign({ method: "GET", url, body: undefined });
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_MS_MAX) }).catch((error: Error) => {
    throw new CommandError(`STS in ${options.region} does not answer: ${error.message}`);
  });
  const text = await answer.text();
  const said = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  const account = said("Account");
  if (!answer.ok || !account)
    throw new CommandError(`AWS does not know these credentials: ${said("Message") ?? `status ${answer.status}`}`);
  return { account, arn: said("Arn") ?? "" };
}
