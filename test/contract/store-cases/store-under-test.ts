import type { RejectedTrade } from "../../../shared/domain/quarantine.ts";
import type { StatePort } from "../../../shared/pipeline/ports.ts";

/** A store for one test: nothing in it. `other` is another process on the same data. */
export type OpenStore = { state: StatePort; other: StatePort; rejected(): Promise<RejectedTrade[]> };

export type StoreMaker = { start(): Promise<void>; open(): Promise<OpenStore>; stop(): Promise<void> };

/** The one the running test has. */
export let store: OpenStore;
/** Its state. */
export let state: StatePort;

export async function openStore(maker: StoreMaker): Promise<void> {
  store = await maker.open();
  state = store.state;
}
