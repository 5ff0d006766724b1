import { defineConfig } from "vitest/config";

/** The unit tests that answer for the decision rule; reference vectors and simulations would only make each mutant slower. */
export default defineConfig({
  test: {
    include: [
      "test/unit/domain/{decide,gates,fills,overlap,robustness}.test.ts",
      "test/unit/stats/**/{boundary,clip,drawdown-gate,equal-size,evidence,long-run-variance,missing-reports,robust,score,three-scales,wild-rows}.test.ts",
    ],
    testTimeout: 30_000,
    reporters: ["default"],
  },
});
