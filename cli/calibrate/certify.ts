import type { Settings } from "../../shared/domain/settings.ts";
import type { CalibrateOptions, OwnOptions } from "./options.ts";
export async function certify(_: {
  options: CalibrateOptions;
  own: OwnOptions;
  settings: Settings;
  signal: AbortSignal;
}): Promise<void> {}
