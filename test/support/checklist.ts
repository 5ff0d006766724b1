import { readFileSync } from "node:fs";

/**
 * The commands of the deployment checklist the interface was asked for with: its dashboard script and its curl lines. The
 * document itself stands beside the repository where it is at hand; an excerpt with the same blocks is kept here.
 */

const documentPath = new URL("../../../shared/seed/SHADOW_MODELS_DEPLOYMENT_CHECKLIST.md", import.meta.url);
const excerptPath = new URL("./checklist/excerpt.md", import.meta.url);

export type Checklist = {
  /** Python */
  dashboard: string;
  /** as printed, in the document's order */
  curls: string[];
};

export const excerpt = (): Checklist => extract(readFileSync(excerptPath, "utf8"));

/** null: the document is not here */
export function wholeDocument(): Checklist | null {
  try {
    return extract(readFileSync(documentPath, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** @throws Error when a curl line stands where it would be overlooked */
export function extract(markdown: string): Checklist {
  const blocks = [...markdown.matchAll(/^( *)```(\w*)\n(.*?)^ *```/gms)].map(([, indent, language, text]) => ({
    language,
    text: text!.replaceAll(new RegExp(`^${indent}`, "gm"), "").trim(),
  }));
  const dashboard = blocks.find((b) => b.language === "python" && b.text.includes("def print_dashboard"))?.text;
  const curls = blocks.map((b) => b.text).filter((text) => text.startsWith("curl "));
  const printed = markdown.split("\n").filter((line) => /\bcurl /.test(line)).length;
  if (dashboard === undefined || curls.length !== printed || curls.length === 0)
    throw new Error(`a dashboard and ${printed} curl lines expected, ${curls.length} found`);
  return { dashboard, curls };
}

export type CurlRequest = { method: string; url: string; headers: Record<string, string>; body?: string };

/** What curl would send, for machines without it; knows the options the checklist uses. */
export function requestOf(curl: string): CurlRequest {
  const command = curl.replaceAll("\\\n", " ").replace(/\|\s*jq .*$/, "");
  const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c!);
  const request: CurlRequest = { method: "GET", url: "", headers: {} };
  for (let i = 1; i < words.length; i++) {
    const word = words[i]!;
    if (word === "-X") request.method = words[++i]!;
    else if (word === "-d") request.body = words[++i]!;
    else if (word === "-H") {
      const [name, value] = words[++i]!.split(": ");
      request.headers[name!.toLowerCase()] = value!;
    } else if (word.startsWith("-") || request.url) throw new Error(`unknown to this reading of curl: ${word}`);
    else request.url = word;
  }
  if (request.body !== undefined) request.headers["content-type"] ??= "application/x-www-form-urlencoded";
  return request;
}
