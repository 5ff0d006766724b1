import type { Judgement } from "../judge.ts";
import type { Settings } from "../settings.ts";
import { bucketGate, coverageGate, dataGate, differingGate, fillsGate, unreportedGate } from "./evidence.ts";
import type { GateResult } from "./gate.ts";
import { meanGate, secondaryGates, sharpeGate, winRateGate } from "./performance.ts";
import { statisticalGate, tradesGate } from "./proof.ts";
import { drawdownGate, sizeGate, wildGate } from "./risk.ts";
import { assumedGate, silentGate, stressGate } from "./silence.ts";

/**
 * All gates of one look: statistical and trades, then the primary gates in the order in which the first that fails speaks to
 * a person, two secondary ones, the evidence.
 */
export function checkGates(judgement: Judgement, settings: Settings): GateResult[] {
  const look = { j: judgement, settings };
  return [
    statisticalGate(look),
    tradesGate(look),
    meanGate(look),
    sharpeGate(look),
    sizeGate(look),
    wildGate(look),
    stressGate(look),
    silentGate(look),
    drawdownGate(look),
    winRateGate(look),
    ...assumedGate(look),
    ...secondaryGates(look),
    dataGate(look),
    coverageGate(look),
    unreportedGate(look),
    differingGate(look),
    fillsGate(look),
    ...bucketGate(look),
  ];
}
