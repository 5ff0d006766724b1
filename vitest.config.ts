import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";

const report = process.env.UNDERSTUDY_TEST_REPORT;
// Workers and the commands that tests start compile the same packages dozens of times: once is enough.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "understudy-compile-cache");

/** Tests that start a database, servers or other processes say so in their names. */
const stack = "test/**/*.stack.test.ts";
const without = [...configDefaults.exclude, stack];

export default defineConfig({
  test: {
    // Generous: machines are shared, and a limit that a slow minute breaks says nothing about the code.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Tests in any order; files the longest first, so that none is waited for at the end.
    sequence: { shuffle: { tests: true, files: false } },
    // One more than cores: much of a test with servers is waiting.
    maxWorkers: availableParallelism() + 1,
    allowOnly: false,
    globalSetup: "test/support/databases.ts",
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    coverage: {
      provider: "v8",
      include: [
        "shared/**/*.ts",
        "functions/**/*.ts",
        "infra/**/*.ts",
        "local/**/*.ts",
        "cli/**/*.ts",
        "calibration/**/*.ts",
        "clients/typescript/src/**/*.ts",
        "dashboard/**/*.{ts,tsx}",
      ],
      reporter: ["text-summary", "html", "json-summary"],
      reportOnFailure: true,
      reportsDirectory: "coverage",
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/{unit,property,reference,cli,local,dashboard}/**/*.test.ts", "test/{tidy,lockfile}.test.ts"],
          exclude: without,
          setupFiles: ["test/support/start-nothing.ts"],
          // Pure code leaves nothing behind, so the files share their workers: a third of the time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "contract",
          include: ["test/{clients,contract,handlers}/**/*.test.ts", "test/story.test.ts"],
          exclude: without,
        },
      },
      {
        extends: true,
        // The CDK takes seconds to load and a stage one to synthesise: once a worker, not once a file.
        test: { name: "infra", include: ["test/infra/**/*.test.ts"], exclude: without, isolate: false },
      },
      { extends: true, test: { name: "simulation", include: ["test/simulation/**/*.test.ts"], exclude: without } },
      { extends: true, test: { name: "stack", include: [stack] } },
      { extends: true, test: { name: "calibration", include: ["test/calibration/**/*.test.ts"], exclude: without } },
    ],
  },
});
