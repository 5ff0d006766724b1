import { readFileSync } from "node:fs";
import { isLoopbackHost } from "../http/loopback.ts";
import { StackError } from "../stack-error.ts";

/** Whom a laptop tells besides its queues: chats and programs, each by one address. */

const kinds = ["slack", "telegram", "webhook"] as const;

export type Receiver = {
  kind: (typeof kinds)[number];
  /** Kind and position. The address itself is a secret: whoever has it can write there. */
  name: string;
  url: string;
  /** the chat a Telegram bot writes to */
  chatId?: string;
};

/** The variable that names them. */
export const WEBHOOKS = "UNDERSTUDY_WEBHOOKS";
const RECEIVERS_MAX = 10;
const kindOfHost: Readonly<Record<string, Receiver["kind"]>> = {
  "hooks.slack.com": "slack",
  "api.telegram.org": "telegram",
};

/**
 * Reads the setting: addresses apart by blanks or lines, or `@FILE` with one a line. What kind each is says its host, or a prefix
 * such as `slack:`.
 * @throws StackError in one line, which never repeats an address
 */
export function readReceivers(setting: string | undefined): Receiver[] {
  if (!setting?.trim()) return [];
  const text = setting.startsWith("@") ? textOf(setting.slice(1)) : setting;
  const addresses = text
    .split("\n")
    .filter((line) => !line.trim().startsWith("#"))
    .flatMap((line) => line.split(/\s+/))
    .filter((address) => address !== "");
  if (addresses.length > RECEIVERS_MAX) throw new StackError(`${WEBHOOKS} names more than ${RECEIVERS_MAX} addresses`);
  return addresses.map((address, index) => receiverOf(address, index + 1));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new StackError(`${WEBHOOKS}: the file ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function receiverOf(address: string, place: number): Receiver {
  const refuse = (why: string) => new StackError(`${WEBHOOKS}, address ${place}: ${why}`);
  const prefix = kinds.find((kind) => address.startsWith(`${kind}:`));
  const text = prefix ? address.slice(prefix.length + 1) : address;
  if (!URL.canParse(text)) throw refuse("is not an address; one looks like https://hooks.slack.com/services/…");
  const url = new URL(text);
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && isLoopbackHost(url.host));
  if (!isSafe) throw refuse("must begin with https:// (http:// only on this machine)");
  if (url.username || url.password) throw refuse("must not hold a user or password before the host");
  const kind = prefix ?? kindOfHost[url.hostname] ?? "webhook";
  const name = `${kind}-${place}`;
  if (kind !== "telegram") return { kind, name, url: url.href };
  const chatId = url.searchParams.get("chat_id");
  if (!chatId || !url.pathname.endsWith("/sendMessage"))
    throw refuse("of Telegram looks like https://api.telegram.org/bot<TOKEN>/sendMessage?chat_id=<CHAT>");
  url.searchParams.delete("chat_id");
  return { kind, name, url: url.href, chatId };
}
