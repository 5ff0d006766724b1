import { askAws } from "../client/aws-query.ts";
import { parseXml, type XmlElement } from "../client/xml.ts";
import { CommandError } from "../terminal/command-line.ts";

/** The few questions the doctor asks AWS, all of which only look. */

/** Pages of an answer that are read at most. */
const PAGES_MAX = 50;

const services = {
  cloudformation: { name: "CloudFormation", signedAs: "cloudformation", version: "2010-05-15" },
  cloudwatch: { name: "CloudWatch", signedAs: "monitoring", version: "2010-08-01" },
  sns: { name: "SNS", signedAs: "sns", version: "2010-03-31" },
} as const;
type Service = keyof typeof services;

export class Aws {
  readonly #region: string;

  constructor(region: string) {
    this.#region = region;
  }

  /** @throws CommandError in one line, with what AWS says against it */
  async query(service: Service, action: string, parameters: Record<string, string>): Promise<XmlElement> {
    const { name, signedAs, version } = services[service];
    const { ok, status, text, said } = await askAws({
      name,
      service: signedAs,
      region: this.#region,
      query: { Action: action, Version: version, ...parameters },
    });
    if (!ok) throw new CommandError(`${action}: ${said("Message") ?? `status ${status}`}`);
    return parseXml(text);
  }

  /** All members of a list that comes in pages. */
  async queryAll(
    service: Service,
    action: string,
    { parameters, list }: { parameters: Record<string, string>; list: string },
  ): Promise<XmlElement[]> {
    const members: XmlElement[] = [];
    let token: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const answer = await this.query(service, action, { ...parameters, ...(token && { NextToken: token }) });
      members.push(...(answer.find(list)?.children ?? []));
      token = answer.find("NextToken")?.text;
      if (!token) return members;
    }
    throw new CommandError(`${action}: more than ${PAGES_MAX} pages`);
  }

  /** @throws CommandError in one line, with what Lambda says against it */
  async lambda<T>(path: string, query: Record<string, string> = {}): Promise<T> {
    const { ok, status, text, said } = await askAws({
      name: "Lambda",
      service: "lambda",
      region: this.#region,
      path,
      query,
    });
    if (!ok) throw new CommandError(`GET ${path}: ${said("Message") ?? said("message") ?? `status ${status}`}`);
    return JSON.parse(text) as T;
  }
}
