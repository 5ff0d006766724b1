import { CommandError } from "../terminal/command-line.ts";
import { askAws } from "./aws-query.ts";
import { parseXml } from "./xml.ts";

/** Where the parts of a deployed stage are: its stacks say so in their outputs. */

type Asking = { stack: string; region: string };

/** @throws CommandError in one line, when there is no such stack or no access to it */
export async function addressOfStage(asking: Asking): Promise<string> {
  return (await outputOfStack(asking, "ApiUrl")).replace(/\/+$/, "");
}

/** @throws CommandError in one line, when there is no such stack, no access to it, or no such output */
export async function outputOfStack(asking: Asking, name: string): Promise<string> {
  const found = (await describeStack(asking)).outputs.get(name);
  if (!found) throw new CommandError(`the stack ${asking.stack} has no output ${name}: is it Understudy's?`);
  return found;
}

export type StackState = { status: string; outputs: ReadonlyMap<string, string> };

/** @throws CommandError in one line, when there is no such stack or no access to it */
export async function describeStack({ stack, region }: Asking): Promise<StackState> {
  const { ok, status, text, said } = await askAws({
    name: "CloudFormation",
    service: "cloudformation",
    region,
    query: { Action: "DescribeStacks", StackName: stack, Version: "2010-05-15" },
  });
  if (!ok)
    throw new CommandError(`the stack ${stack} in ${region} cannot be read: ${said("Message") ?? `status ${status}`}`);
  const described = parseXml(text).find("Stacks")?.children[0];
  const outputs = (described?.listOf("Outputs") ?? []).map((output): [string, string] => [
    output.textOf("OutputKey") ?? "",
    output.textOf("OutputValue") ?? "",
  ]);
  return { status: described?.textOf("StackStatus") ?? "", outputs: new Map(outputs) };
}
