import { defineConfig } from "vitest/config";

/** The tests that answer for the decision rule; the others would only make each mutant slower. */
export default defineConfig({
  test: {
    include: [
      "test/unit/domain/{decide,gates,evaluate}.test.ts",
      "test/unit/stats/{boundary,three-scales,score,evidence,long-run-variance,rule-to-the-letter}.test.ts",
      "test/reference/vectors{,-blocks}.test.ts",
    ],
    testTimeout: 30_000,
    reporters: ["default"],
  },
});
