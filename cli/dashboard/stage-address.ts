import { makeSigner, type Signer } from "../client/aws-signing.ts";
import { CommandError } from "../terminal/command-line.ts";

/** Where the API of a deployed stage is: the stack says so in its outputs. */

const ANSWER_MS_MAX = 15_000;

/**
 * @param o.ask  left out: the real CloudFormation, with the person's credentials
 * @throws CommandError in one line, when there is no such stack or no access to it
 */
export async function addressOfStage(o: {
  stack: string;
  region: string;
  ask?: typeof fetch;
  sign?: Signer;
}): Promise<string> {
  const query = new URLSearchParams({ Action: "DescribeStacks", StackName: o.stack, Version: "2010-05-15" });
  const url = `https://cloudformation.${o.region}.amazonaws.com/?${query}`;
  const sign = o.sign ?? makeSigner(o.region, "cloudformation");
  const headers = await sign({ method: "GET", url, body: undefined });
  const signal = AbortSignal.timeout(ANSWER_MS_MAX);
  const answer = await (o.ask ?? fetch)(url, { headers, signal }).catch((error: Error) => {
    throw new CommandError(`CloudFormation in ${o.region} does not answer: ${error.message}`);
  });
  const text = await answer.text();
  const said = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? `status ${answer.status}`;
  if (!answer.ok) throw new CommandError(`the stack ${o.stack} in ${o.region} cannot be read: ${said}`);
  const address = outputOf(text, "ApiUrl");
  if (!address) throw new CommandError(`the stack ${o.stack} has no output ApiUrl: is it Understudy's?`);
  return address.replace(/\/+$/, "");
}

function outputOf(xml: string, key: string): string | null {
  for (const [, member] of xml.matchAll(/<member>\s*((?:(?!<\/?member>)[\s\S])*)<\/member>/g)) {
    if (/<OutputKey>([^<]*)<\/OutputKey>/.exec(member!)?.[1] !== key) continue;
    return /<OutputValue>([^<]*)<\/OutputValue>/.exec(member!)?.[1] ?? null;
  }
  return null;
}
