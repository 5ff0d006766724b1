import { javaProgram } from "../local/dynamodb/java-program.ts";
import { synthesise } from "../local/template/synthesis.ts";

/**
 * Runs at the end of `npm ci`: what the first `npm start` would otherwise wait for (docs/decisions/0028). It is not
 * needed and may not work (no Java, --omit=dev): then it is silent, and the start that needs it says what is missing.
 */

const patienceMs = 60_000;

if (!process.env.CI) {
  setTimeout(() => process.exit(0), patienceMs).unref();
  await Promise.allSettled([synthesise(process.env), javaProgram()]);
}
