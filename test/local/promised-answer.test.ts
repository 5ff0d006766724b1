import { describe, expect, it } from "vitest";
import { brokenPromises } from "../../local/http/promised-answer.ts";

const resume = { method: "POST", path: "/shadow/resume", functionName: "understudy-local-resume" };
const answer = (status: number, body: unknown) => ({ status, headers: {}, body: Buffer.from(JSON.stringify(body)) });

describe("an answer of a local function", () => {
  it("is held against the public contract: what is more or less than promised is logged", () => {
    const data = { paused: false, registry_version: 4 };
    expect(brokenPromises(resume, answer(200, { status: "success", data }))).toEqual([]);
    expect(brokenPromises(resume, answer(200, { status: "success", data: { ...data, extra: 1 } }))).toEqual([
      'data: Unrecognized key: "extra"',
    ]);
    expect(brokenPromises(resume, answer(409, { status: "error", code: "NOT_PAUSED", message: "no" }))).toEqual([]);
    expect(brokenPromises(resume, { ...answer(200, ""), body: Buffer.from("<html>") })).toEqual([
      "the body is not JSON",
    ]);
  });

  it("of a route the table does not know is nobody's promise", () => {
    expect(brokenPromises({ ...resume, path: "/other" }, answer(200, "anything"))).toEqual([]);
  });
});
