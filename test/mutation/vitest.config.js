import { defineConfig } from "vitest/config";

/** The unit tests that answer for the decision rule; reference vectors and simulations would only make each mutant slower. */
export default defineConfig({
  test: {
    include: [
      "test/unit/domain/{decide,gates}.test.ts",
      "test/unit/stats/**/{boundary,three-scales,score,evidence,long-run-variance}.test.ts",
    ],
    testTimeout: 30_000,
    reporters: ["default"],
  },
});
