import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shortText } from "../../../shared/domain/short-text.ts";

/** GSM 03.38, what it shares with ASCII; a character of its extension would take two places. */
const gsmBasic = /^[A-Za-z0-9 @$_!"#%&'()*+,\-./:;<=>?]*$/;

describe("a text for telephones", () => {
  it("is at most 140 characters of the GSM alphabet with SNS' prefix, whatever it says", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 300 }),
        fc.string({ unit: "binary", maxLength: 600 }),
        (lead, rest) => {
          const text = shortText(lead, rest);
          expect(text).toMatch(gsmBasic);
          expect("Understudy".length + "> ".length + text.length).toBeLessThanOrEqual(140);
        },
      ),
    );
  });

  it("says the same in plain characters", () => {
    expect(shortText("HIGH [prod]:", "Zoë’s modèl – “µ”… 10 % · ok")).toBe(
      `HIGH (prod): Zoe's model - "?"... 10 % / ok`,
    );
  });

  it("that is too long ends at a word and says that there is more", () => {
    const text = shortText("CRITICAL Rollback (prod):", "beta was rolled back to alpha because ".repeat(6));
    expect(text).toMatch(/ (beta|was|rolled|back|to|alpha|because)\.\.\.$/);
  });
});
