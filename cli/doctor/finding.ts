/** What a check came to. */

export type State =
  | "pass"
  | "fail"
  /** nothing is wrong, but a person should read it */
  | "note"
  /** could not be looked at, and why */
  | "unknown";

export type Finding = {
  state: State;
  /** the figure or sentence that goes into the checklist */
  figure: string;
};

export const pass = (figure: string): Finding => ({ state: "pass", figure });
export const fail = (figure: string): Finding => ({ state: "fail", figure });
export const note = (figure: string): Finding => ({ state: "note", figure });
export const unknown = (figure: string): Finding => ({ state: "unknown", figure });

/** A limit of the checklist, held against what was measured. */
export function within(value: number, limit: number, words: (value: number) => string): Finding {
  return value <= limit ? pass(words(value)) : fail(`${words(value)}, allowed ${words(limit)}`);
}
