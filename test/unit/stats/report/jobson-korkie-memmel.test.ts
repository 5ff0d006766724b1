import { describe, expect, it } from "vitest";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import { jobsonKorkieMemmel } from "../../../../shared/stats/report/jobson-korkie-memmel.ts";

const prng = createPrng("c");
const champion = Float64Array.from({ length: 800 }, () => 50 + 120 * prng.normal());

describe("Jobson, Korkie and Memmel", () => {
  it("does not exist for identical sides, constant sides or one row", () => {
    expect(jobsonKorkieMemmel({ champion, challenger: champion })).toMatchObject({ code: "DEGENERATE_VARIANCE" });
    expect(jobsonKorkieMemmel({ champion, challenger: new Float64Array(800) })).toMatchObject({
      code: "DEGENERATE_VARIANCE",
    });
    expect(jobsonKorkieMemmel({ champion: Float64Array.of(1), challenger: Float64Array.of(1) })).toMatchObject({
      code: "INSUFFICIENT_DATA",
    });
  });
});
