/** What a trading ensemble needs of Understudy: write trades without ever being held up, and know who is champion. */

export { ChampionReader } from "./champion-reader.ts";
export { Recorder, type RecorderOptions, type Stats } from "./recorder.ts";
export type { Decision, Trade } from "./trade.ts";
