import { defineConfig } from "vitest/config";

const report = process.env.UNDERSTUDY_TEST_REPORT;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    sequence: { shuffle: true },
    allowOnly: false,
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
  },
});
