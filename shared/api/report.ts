import type { DomainEvent } from "../domain/event.ts";
import { reportOf } from "../domain/report.ts";
import { alphaPerTest, type Settings } from "../domain/settings.ts";
import { snakeCase } from "../domain/snake-case.ts";
import type { StatePort } from "../pipeline/ports.ts";
import { type Answer, success } from "./answer.ts";
import { periodOf } from "./contract/period.ts";
import type { RequestPart } from "./contract/routes.ts";
import type { ReportAnswer } from "./contract/system.ts";
import { reportInWords } from "./report-words.ts";
import { isoTime } from "./view.ts";

const PAGE = 200;
const PAGES_MAX = 100;

/** The success criteria of a period, measured from history. */
export async function readReport(
  query: RequestPart<"report", "query">,
  ports: { state: StatePort; settings: Settings },
): Promise<Answer<ReportAnswer>> {
  const period = periodOf(query);
  const events: DomainEvent[] = [];
  let cursor: string | null = null;
  let complete = false;
  for (let page = 0; page < PAGES_MAX && !complete; page++) {
    const found = await ports.state.listHistory({ limit: PAGE, cursor, type: null, modelName: null });
    events.push(...found.events);
    cursor = found.cursor;
    const oldest = found.events[found.events.length - 1];
    complete = cursor === null || (period.from !== null && oldest !== undefined && oldest.at < period.from);
  }
  const report = reportOf(events, { ...period, alphaPerTest: alphaPerTest(ports.settings) });
  return success({
    in_words: reportInWords(report),
    period_clock: "wall",
    ...snakeCase(report),
    from: isoTime(report.from),
    to: isoTime(report.to),
    complete,
  });
}
