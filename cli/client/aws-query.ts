import { CommandError } from "../terminal/command-line.ts";
import { makeSigner } from "./aws-signing.ts";
import { parseXml } from "./xml.ts";

/** One question to a service of AWS that takes it in an address, signed with the person's own credentials. */

const ANSWER_MS_MAX = 15_000;

export type QueryAnswer = {
  ok: boolean;
  status: number;
  text: string;
  /** what stands in the first element (of an answer in XML) or field (in JSON) of that name */
  said(name: string): string | undefined;
};

/** Where a service of AWS is reached: as everywhere in AWS' tools, these variables lead elsewhere. */
function endpointOf(service: string, region: string): string {
  const own = process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`];
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return own ?? process.env.AWS_ENDPOINT_URL ?? `https://${service}.${region}.${domain}`;
}

/**
 * @param options.name  of the service, as people call it
 * @param options.path  left out: /, where the query protocol is spoken
 * @param options.query  parameters of the request; in the query protocol Action and Version are among them
 * @throws CommandError in one line, when nothing answers or there are no credentials
 */
export async function askAws(options: {
  name: string;
  service: string;
  region: string;
  path?: string;
  query: Record<string, string>;
}): Promise<QueryAnswer> {
  const { name, region, service } = options;
  const url = `${endpointOf(service, region).replace(/\/+$/, "")}${options.path ?? "/"}?${new URLSearchParams(options.query)}`;
  const headers = await makeSigner(region, service)({ method: "GET", url, body: undefined });
  const signal = AbortSignal.timeout(ANSWER_MS_MAX);
  const answer = await fetch(url, { headers, signal }).catch((error: Error) => {
    throw new CommandError(`${name} in ${region} does not answer: ${error.message}`);
  });
  const text = await answer.text();
  return { ok: answer.ok, status: answer.status, text, said: (name) => saidIn(text, name) };
}

function saidIn(text: string, name: string): string | undefined {
  if (!text.trimStart().startsWith("{")) return parseXml(text).find(name)?.text;
  try {
    const value = (JSON.parse(text) as Record<string, unknown>)[name];
    return typeof value === "string" ? value : undefined;
  } catch {
    // A proxy's own page: the status has to do.
    return undefined;
  }
}
