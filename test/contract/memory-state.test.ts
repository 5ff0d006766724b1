import { MemoryState } from "../../cli/year/memory-state.ts";
import { describeStateStore } from "./stores.case.ts";

describeStateStore("the state store in memory", {
  start: async () => {},
  stop: async () => {},
  open: async () => {
    const state = new MemoryState();
    return { state, other: state, rejected: async () => state.rejected };
  },
});
