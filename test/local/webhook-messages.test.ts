import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { messageFor } from "../../local/webhooks/message.ts";
import { type Receiver, readReceivers } from "../../local/webhooks/receivers.ts";
import { renderAlert } from "../../shared/domain/alert.ts";
import { type EventType, priorityOf } from "../../shared/domain/event.ts";
import { anEvent } from "../support/samples.ts";

const SLACK = "https://hooks.slack.com/services/T0/B0/sesame";
const TELEGRAM = "https://api.telegram.org/bot12:sesame/sendMessage?chat_id=-1001";

function receiver(address: string): Receiver {
  return readReceivers(address)[0]!;
}

function bodyFor(address: string, event = anEvent("promotion")) {
  const { chat } = renderAlert(event, { environment: "local" }).bodies;
  const { body, headers } = messageFor(receiver(address), chat);
  return { headers, body: JSON.parse(body), text: body };
}

describe("the setting of webhooks", () => {
  it("knows the kind by the host, or by a prefix", () => {
    const all = `${SLACK} ${TELEGRAM}\nhttps://example.com/x slack:http://127.0.0.1:9/y`;
    expect(readReceivers(all)).toEqual([
      { kind: "slack", name: "slack-1", url: SLACK },
      { kind: "telegram", name: "telegram-2", url: TELEGRAM.replace("?chat_id=-1001", ""), chatId: "-1001" },
      { kind: "webhook", name: "webhook-3", url: "https://example.com/x" },
      { kind: "slack", name: "slack-4", url: "http://127.0.0.1:9/y" },
    ]);
    expect(readReceivers(undefined)).toEqual([]);
  });

  it("reads a file, without its remarks", () => {
    const directory = mkdtempSync(join(tmpdir(), "webhooks-"));
    const file = join(directory, "webhooks.txt");
    writeFileSync(file, `# ours\n${SLACK}\n`);
    expect(readReceivers(`@${file}`).map(({ name }) => name)).toEqual(["slack-1"]);
    rmSync(directory, { recursive: true });
    expect(() => readReceivers(`@${file}`)).toThrow(/cannot be read \(ENOENT\)/);
  });

  it.each([
    ["http://hooks.slack.com/services/sesame", "must begin with https://"],
    ["ftp://127.0.0.1/sesame", "must begin with https://"],
    ["https://me:sesame@example.com/", "must not hold a user or password"],
    ["sesame", "is not an address"],
    ["https://api.telegram.org/bot12:sesame/sendMessage", "of Telegram looks like"],
    ["https://api.telegram.org/bot12:sesame/getMe?chat_id=1", "of Telegram looks like"],
    [`${"https://example.com/sesame ".repeat(11)}`, "names more than 10"],
  ])("refuses %s in one line that does not repeat it", (setting, why) => {
    const say = () => readReceivers(setting);
    expect(say).toThrow(why);
    expect(say).not.toThrow(/sesame|\n/);
  });
});

describe.each(Object.keys(priorityOf) as EventType[])("an alert of %s", (type) => {
  const event = anEvent(type);

  it("is a message of blocks within Slack's limits", () => {
    const { body } = bodyFor(SLACK, event);
    expect(body.text).toBe("alpha did something.");
    expect(body.blocks.map((block: { type: string }) => block.type)).toEqual([
      "header",
      "section",
      "section",
      "context",
    ]);
    expect(body.blocks[0].text.text.length).toBeLessThanOrEqual(150);
    for (const block of body.blocks.slice(1, 3)) expect(block.text.text.length).toBeLessThanOrEqual(3000);
    expect(body.blocks[2].text.text).toMatch(/^\*What to do\*\n• /);
  });

  it("is a text of Telegram's HTML within its limit", () => {
    const { body } = bodyFor(TELEGRAM, event);
    expect(body).toMatchObject({ chat_id: "-1001", parse_mode: "HTML" });
    expect(body.text.length).toBeLessThanOrEqual(4096);
    expect(body.text).not.toContain(":warning:");
    const withoutTags = body.text.replaceAll(/<\/?[bi]>/g, "");
    expect(withoutTags).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
    expect(withoutTags).toContain("alpha did something.");
  });

  it("is the whole event for a program", () => {
    const { body, headers } = bodyFor("https://example.com/hook", event);
    expect(body).toMatchObject({ event_id: event.eventId, event_type: type, priority: priorityOf[type] });
    expect(headers).toEqual({ "content-type": "application/json", "idempotency-key": event.eventId });
  });
});

describe("text that others chose", () => {
  const hostile = anEvent("manual_review", {
    modelName: "<!channel>",
    summary: `<https://evil|click> & <b>bold</b> \u202e${"x".repeat(9000)}`,
  });

  it("calls nobody and links nowhere in Slack", () => {
    const { body } = bodyFor(SLACK, hostile);
    for (const text of [body.text, body.blocks[1].text.text, body.blocks[2].text.text]) {
      expect(text).not.toMatch(/<|>|\u202e/);
      expect(text.length).toBeLessThanOrEqual(3000);
    }
    // Slack reads no markup in plain text.
    expect(body.blocks[0].text).toMatchObject({ type: "plain_text" });
  });

  it("formats nothing in Telegram", () => {
    const { body } = bodyFor(TELEGRAM, hostile);
    expect(body.text.match(/<\/?\w+>/g)).toEqual(["<b>", "</b>", "<b>", "</b>", "<i>", "</i>"]);
    expect(body.text).toContain("&lt;b&gt;bold&lt;/b&gt;");
  });
});
