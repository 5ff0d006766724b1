import { describe, expect, it } from "vitest";
import { compilePattern } from "../../local/template/event-pattern.ts";

const insertOfHead = { eventName: "INSERT", dynamodb: { Keys: { pk: { S: "MODEL#a" }, sk: { S: "HEAD" } } } };

describe("an event pattern", () => {
  it("joins fields by AND and the values of a field by OR", () => {
    const matches = compilePattern({ eventName: ["INSERT", "MODIFY"], dynamodb: { Keys: { sk: { S: ["HEAD"] } } } });

    expect(matches(insertOfHead)).toBe(true);
    expect(matches({ ...insertOfHead, eventName: "REMOVE" })).toBe(false);
    expect(matches({ eventName: "INSERT", dynamodb: { Keys: { sk: { S: "BLOCK#1" } } } })).toBe(false);
  });

  it("does not match what is absent or of another shape", () => {
    const matches = compilePattern({ dynamodb: { Keys: { sk: { S: ["HEAD"] } } } });

    for (const record of [{}, { dynamodb: null }, { dynamodb: { Keys: "HEAD" } }, undefined, 7]) {
      expect(matches(record)).toBe(false);
    }
  });

  it("knows prefixes, existence and anything-but", () => {
    const keys = (S: string) => ({ dynamodb: { Keys: { pk: { S } } } });
    const startsWithModel = compilePattern({ dynamodb: { Keys: { pk: { S: [{ prefix: "MODEL#" }] } } } });
    const hasOldImage = compilePattern({ dynamodb: { OldImage: [{ exists: true }] } });
    const isNew = compilePattern({ dynamodb: { OldImage: [{ exists: false }] } });
    const notOutbox = compilePattern({ dynamodb: { Keys: { pk: { S: [{ "anything-but": ["OUTBOX"] }] } } } });

    expect([startsWithModel(keys("MODEL#a")), startsWithModel(keys("OUTBOX"))]).toEqual([true, false]);
    expect([hasOldImage({ dynamodb: { OldImage: {} } }), hasOldImage({ dynamodb: {} })]).toEqual([true, false]);
    expect([isNew({ dynamodb: { OldImage: {} } }), isNew({ dynamodb: {} })]).toEqual([false, true]);
    expect([notOutbox(keys("MODEL#a")), notOutbox(keys("OUTBOX")), notOutbox({})]).toEqual([true, false, false]);
  });

  it("is refused when it uses an operator we do not know, instead of letting everything through", () => {
    expect(() => compilePattern({ a: [{ numeric: [">", 5] }] })).toThrow("does not know the event pattern");
    expect(() => compilePattern({ a: [{ prefix: "x", exists: true }] })).toThrow("One operator");
    expect(() => compilePattern(["INSERT"])).toThrow("must be an object");
    expect(() => compilePattern({ a: "INSERT" })).toThrow("must be an object");
  });
});
