/**
 * Text that others choose: names, reasons, rows of a file. It must not steer what shows it (a terminal, a mail, a chat), nor
 * read otherwise than it is. People are refused such characters; what comes from elsewhere is kept and shown without them.
 */

/** C0 and C1 controls, marks and overrides of writing direction, separators of lines, and what XML cannot carry. */
const STEERING = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/u;
const EVERY_STEERING = new RegExp(STEERING.source, "gu");

/** What to say about a text that is not plain. */
export const PLAIN_TEXT_RULE = "must not contain control characters";

export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !STEERING.test(text);
}

/** The text as it may be shown, on one line: every character that steers is a question mark. */
export function plainText(text: string): string {
  return text.toWellFormed().replace(EVERY_STEERING, "?");
}

/** As `plainText` for a text of several lines, which stay apart. */
export function plainLines(text: string): string {
  return text.split(/\r?\n/).map(plainText).join("\n");
}
