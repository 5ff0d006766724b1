import type { Receiver } from "./receivers.ts";

/**
 * What each kind of receiver is sent. All is made of the text SNS gives its HTTPS subscribers (shared/domain/alert.ts), which holds the words for
 * people, without control characters, and the whole event. Names and reasons are chosen by others: they may neither format nor call anybody.
 */

/** The parts read here of Amazon Q Developer's custom notification. */
type Notification = {
  content: { title: string; description: string; nextSteps: string[] };
  metadata: {
    summary: string;
    additionalContext: { priority: string; environment: string; event_id: string; event: string };
  };
};

export type Message = { headers: Record<string, string>; body: string };

/** Limits of Slack: a header, and a section's text. */
const SLACK = { header: 150, section: 3000 };
/** Telegram's limit of one message is 4,096 characters. */
const TELEGRAM_PART = 1900;

/** @param notification  the text of the topic's message for HTTPS */
export function messageFor(receiver: Receiver, notification: string): Message {
  const parsed = JSON.parse(notification) as Notification;
  const { additionalContext: context } = parsed.metadata;
  const headers = { "content-type": "application/json", "idempotency-key": context.event_id };
  switch (receiver.kind) {
    case "slack":
      return { headers, body: JSON.stringify(slack(parsed)) };
    case "telegram":
      return { headers, body: JSON.stringify({ chat_id: receiver.chatId, ...telegram(parsed) }) };
    case "webhook":
      return { headers, body: context.event };
  }
}

function slack({ content, metadata }: Notification): object {
  const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text: clipped(text, SLACK.section) } });
  return {
    text: clipped(escaped(metadata.summary), SLACK.section),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: "header", text: { type: "plain_text", text: clipped(content.title, SLACK.header), emoji: true } },
      section(escaped(content.description)),
      section(`*What to do*\n${content.nextSteps.map((step) => `• ${escaped(step)}`).join("\n")}`),
      { type: "context", elements: [{ type: "plain_text", text: footOf(metadata) }] },
    ],
  };
}

function telegram({ content, metadata }: Notification): object {
  // The icons are Slack's names; the names of facts stand between its stars.
  const title = content.title.replace(/^:[a-z_]+:/, iconOf(metadata.additionalContext.priority));
  const said = content.description.replaceAll(/^\*([^*\n]+)\*:/gm, "$1:");
  const steps = content.nextSteps.map((step) => `• ${step}`).join("\n");
  const text = [
    `<b>${escaped(clipped(title, SLACK.header))}</b>`,
    escaped(clipped(said, TELEGRAM_PART)),
    `<b>What to do</b>\n${escaped(clipped(steps, TELEGRAM_PART / 2))}`,
    `<i>${escaped(footOf(metadata))}</i>`,
  ].join("\n\n");
  return { text, parse_mode: "HTML", link_preview_options: { is_disabled: true } };
}

function footOf({ additionalContext: { priority, environment, event_id } }: Notification["metadata"]): string {
  return `${priority} · ${environment} · event ${event_id}`;
}

function iconOf(priority: string): string {
  if (priority === "CRITICAL") return "🚨";
  return priority === "HIGH" ? "⚠️" : "ℹ️";
}

/** Slack and Telegram's HTML ask for the same three characters: without them no text links, mentions or formats. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function clipped(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}
