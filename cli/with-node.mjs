// Runs cli/NAME.ts: TypeScript runs as it is from Node 22.18 on, and the project brings Node 24 along. usage: node cli/with-node.mjs NAME …
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [name, ...rest] = process.argv.slice(2);
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const program = fileURLToPath(new URL(`${name}.ts`, import.meta.url));

if (major > 22 || (major === 22 && minor >= 18)) {
  process.argv.splice(1, 2, program);
  await import(program);
} else {
  const bundled = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
  if (!existsSync(bundled)) {
    process.stderr.write(
      `${name}: needs Node 22.18 or newer, and this is ${process.version}; npm ci brings one along\n`,
    );
    process.exit(1);
  }
  const { status, signal } = spawnSync(bundled, [program, ...rest], { stdio: "inherit" });
  process.exit(signal ? 130 : (status ?? 1));
}
