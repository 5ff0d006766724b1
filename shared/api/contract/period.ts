import type { Period } from "../../domain/period.ts";

const DAY_MS = 24 * 3_600_000;
const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text);

/** From ISO-8601 moments with a zone or plain dates: a day is meant as a whole, at either end. */
export function periodOf(asked: { from?: string | undefined; to?: string | undefined }): Period {
  const from = asked.from === undefined ? null : Date.parse(asked.from);
  const to = asked.to === undefined ? null : Date.parse(asked.to) + (isDate(asked.to) ? DAY_MS : 0);
  return { from, to };
}
