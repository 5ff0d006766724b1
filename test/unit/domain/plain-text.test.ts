import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPlainText, plainLines, plainText } from "../../../shared/domain/plain-text.ts";

/** Whatever a terminal, a mail or a chat would obey instead of show. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: written out here, so that the test does not repeat the code
const steering = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

describe("a text that others chose", () => {
  it.each([
    ["an escape sequence", "\u001b[2J\u001b]0;owned\u0007", "?[2J?]0;owned?"],
    ["a C1 control, which some terminals take for an escape", "a\u009b31mb", "a?31mb"],
    ["line ends", "one\ntwo\r\u2028three", "one?two??three"],
    ["an override of writing direction", "a\u202exe.txt", "a?xe.txt"],
    ["half a character", "a\ud800b", "a\ufffdb"],
  ])("is shown without %s", (_case, text, shown) => {
    expect(isPlainText(text)).toBe(false);
    expect(plainText(text)).toBe(shown);
  });

  it("stays as it is when there is nothing to fear", () => {
    for (const text of ["momentum-v2", "Verluste seit Öffnung.", "損失 😀", "", "naïve – 5 % (ok)"]) {
      expect(isPlainText(text)).toBe(true);
      expect(plainText(text)).toBe(text);
    }
  });

  it("steers nothing, whatever it was, and is plain once it was made so", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        expect(plainText(text)).not.toMatch(steering);
        expect(isPlainText(plainText(text))).toBe(true);
      }),
    );
  });

  it("of several lines keeps its lines", () => {
    expect(plainLines("first\u001b[1m\r\nsecond\n\tthird")).toBe("first?[1m\nsecond\n?third");
  });
});
