import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderAlert } from "../../../shared/domain/alert.ts";
import { type EventType, priorityOf } from "../../../shared/domain/event.ts";
import { alertStories } from "../../support/alert-kinds.ts";

/** After a change that is meant to change them: `npx vitest run test/unit/domain/alerts-document.test.ts -u`, and read the difference as a person who is woken by it. */

const stories = alertStories().map(({ title, events }) => ({
  title,
  alerts: events.map((event) => ({ event, ...renderAlert(event, { environment: "prod" }) })),
}));
const alerts = stories.flatMap((story) => story.alerts);

function pageOf(alert: (typeof alerts)[number]): string {
  const { content } = JSON.parse(alert.bodies.chat) as { content: Record<"title" | "description", string> };
  const fenced = (text: string) => `\`\`\`\n${text}\n\`\`\``;
  return [
    `### ${alert.event.type}`,
    `Subject of the e-mail: \`${alert.subject}\``,
    fenced(alert.bodies.text),
    `Telephone: \`${alert.bodies.short}\``,
    `Chat: \`${content.title}\``,
    fenced(content.description),
  ].join("\n\n");
}

describe("the alerts as people read them", () => {
  it("stand in docs/ALERTS.md, one of every kind and cause", async () => {
    const kinds = new Set(alerts.map(({ event }) => event.type));
    expect(Object.keys(priorityOf).filter((type) => !kinds.has(type as EventType))).toEqual([]);
    const text = [
      '# Every alert, as it is sent\n\nMade by `test/unit/domain/alerts-document.test.ts` from the events of played lives; what each means and what to do stands in [RUNBOOK](RUNBOOK.md). Slack\'s "what to do" is that of the e-mail.',
      ...stories.flatMap((story) => [`## ${story.title}`, ...story.alerts.map(pageOf)]),
    ].join("\n\n");
    await expect(`${text}\n`).toMatchFileSnapshot(join(import.meta.dirname, "../../../docs/ALERTS.md"));
  });
});
