import type { Settings } from "../domain/settings.ts";
import type { StatePort } from "../pipeline/ports.ts";

export type WatchPorts = { state: StatePort; settings: Settings };

/** Newest trades of a model the lines are made of: a champion of 50,000 trades costs no more reads than one of 5,000. */
export const TRADES_MAX = 5000;
