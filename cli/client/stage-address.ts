import { CommandError } from "../terminal/command-line.ts";
import { askAws } from "./aws-query.ts";
import type { Signer } from "./aws-signing.ts";

/** Where the API of a deployed stage is: the stack says so in its outputs. */

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
  const { stack, region, ask, sign } = options;
  const { ok, status, text, said } = await askAws({
    name: "CloudFormation",
    service: "cloudformation",
    region,
    endpoint: `https://cloudformation.${region}.amazonaws.com`,
    query: { Action: "DescribeStacks", StackName: stack, Version: "2010-05-15" },
    ask,
    sign,
  });
  if (!ok)
    throw new CommandError(`the stack ${stack} in ${region} cannot be read: ${said("Message") ?? `status ${status}`}`);
  const address = outputOf(text, "ApiUrl");
  if (!address) throw new CommandError(`the stack ${stack} has no output ApiUrl: is it Understudy's?`);
  return address.replace(/\/+$/, "");
}

function outputOf(xml: string, key: string): string | null {
  for (const [, member] of xml.matchAll(/<member>\s*((?:(?!<\/?member>)[\s\S])*)<\/member>/g)) {
    if (/<OutputKey>([^<]*)<\/OutputKey>/.exec(member!)?.[1] !== key) continue;
    return /<OutputValue>([^<]*)<\/OutputValue>/.exec(member!)?.[1] ?? null;
  }
  return null;
}
