import { CommandError } from "../terminal/command-line.ts";
import { makeSigner, type Signer } from "./aws-signing.ts";

/** Where the API of a deployed stage is: the stack says so in its outputs. */

const ANSWER_MS_MAX = 15_000;

/**
 * @param options.ask  left out: the real CloudFormation, with the person's credentials
 * @throws CommandError in one line, when there is no such stack or no access to it
 */
export async function addressOfStage(options: {
  stack: string;
  region: string;
  ask?: typeof fetch;
  sign?: Signer;
}): Promise<string> {
  const query = new URLSearchParams({ Action: "DescribeStacks", StackName: options.stack, Version: "2010-05-15" });
  const url = `https://cloudformation.${options.region}.amazonaws.com/?${query}`;
  const sign = options.sign ?? makeSigner(options.region, "cloudformation");
  const headers = await sign({ method: "GET", url, body: undefined });
  const signal = AbortSignal.timeout(ANSWER_MS_MAX);
  const answer = await (options.ask ?? fetch)(url, { headers, signal }).catch((error: Error) => {
    throw new CommandError(`CloudFormation in ${options.region} does not answer: ${error.message}`);
  });
  const text = await answer.text();
  const said = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? `status ${answer.status}`;
  if (!answer.ok) throw new CommandError(`the stack ${options.stack} in ${options.region} cannot be read: ${said}`);
  const address = outputOf(text, "ApiUrl");
  if (!address) throw new CommandError(`the stack ${options.stack} has no output ApiUrl: is it Understudy's?`);
  return address.replace(/\/+$/, "");
}

function outputOf(xml: string, key: string): string | null {
  for (const [, member] of xml.matchAll(/<member>\s*((?:(?!<\/?member>)[\s\S])*)<\/member>/g)) {
    if (/<OutputKey>([^<]*)<\/OutputKey>/.exec(member!)?.[1] !== key) continue;
    return /<OutputValue>([^<]*)<\/OutputValue>/.exec(member!)?.[1] ?? null;
  }
  return null;
}
