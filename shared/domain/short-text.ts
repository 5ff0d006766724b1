/**
 * Texts for telephones. SNS splits what is longer than 140 bytes into messages that are paid for and arrive apart, and a single
 * character outside of the GSM alphabet makes each of them half as long.
 */

/** SNS puts the first ten characters of the topic's display name and "> " before it: 140 characters together. */
export const SHORT_CHARS_MAX = 128;

const MORE = "...";

/**
 * @param lead  what it is about; kept where both do not fit
 * @param rest  cut at a word
 * @returns at most SHORT_CHARS_MAX characters, each of which takes one place of the GSM 7-bit alphabet
 */
export function shortText(lead: string, rest: string): string {
  const whole = gsm(`${lead} ${rest}`);
  if (whole.length <= SHORT_CHARS_MAX) return whole;
  const cut = whole.slice(0, SHORT_CHARS_MAX - MORE.length);
  const word = cut.lastIndexOf(" ");
  // A word that is longer than the half of a message is cut where it is.
  return `${word > SHORT_CHARS_MAX / 2 ? cut.slice(0, word) : cut}${MORE}`;
}

const alike: readonly [RegExp, string][] = [
  [/[\u2010-\u2015\u2212]/g, "-"],
  [/[\u2018\u2019`]/g, "'"],
  [/[\u201c\u201d]/g, '"'],
  [/\u2026/g, "..."],
  [/[\u00b7|\\]/g, "/"],
  // Of the GSM alphabet's extension, where a character takes two places.
  [/[[{]/g, "("],
  [/[\]}]/g, ")"],
  [/[~^]/g, "-"],
  [/\s+/g, " "],
];

/** The text in characters that ASCII and the GSM alphabet share: those with an accent lose it, others become question marks. */
function gsm(text: string): string {
  const plain = text.normalize("NFKD").replaceAll(/\p{M}/gu, "");
  return alike.reduce((result, [what, by]) => result.replaceAll(what, by), plain).replaceAll(/[^\x20-\x7e]/gu, "?");
}
