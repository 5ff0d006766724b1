import { SettingsError } from "../shared/domain/settings.ts";
import { StageError } from "./stages.ts";
import { makeApp } from "./synthesise.ts";

/** What `cdk` runs (see cdk.json). A mistake of the operator is one line, not a stack trace. */
try {
  makeApp({ environment: process.env }).app.synth();
} catch (error) {
  if (!(error instanceof StageError) && !(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
