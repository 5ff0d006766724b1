import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { missingOptionals } from "../.ci/complete-lockfile.ts";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));

it("the lock file lists every optional platform package, without which npm ci refuses it (npm run lockfile)", () => {
  expect(missingOptionals(lock).map(({ name }) => name)).toEqual([]);
});

it("a package nobody listed is found", () => {
  const bare = {
    packages: { "node_modules/tool": { optionalDependencies: { "tool-darwin-x64": "1.0.0", "tool-any": "^1.0.0" } } },
  };
  expect(missingOptionals(bare)).toMatchObject([{ name: "tool-darwin-x64", version: "1.0.0" }]);
});
