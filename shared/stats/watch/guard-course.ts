import { PrefixSums } from "../numeric/prefix-sums.ts";
import { ANSWER_GRACE, ControlFollower, type ControlMode } from "./control-mode.ts";
import { type OwnFigures, type OwnPromise, OwnTally } from "./own-guard.ts";
import {
  type Answered,
  marketOrUnclear,
  PAIRED_OPEN_SD,
  type PairedBaseline,
  type PairedFigures,
  type PairedRule,
  PairedTally,
  pairedVerdict,
} from "./paired-guard.ts";

/**
 * The course of a guard: what is read after every trade of the new champion and after every pair, in trade time, until the guard
 * decides or its window ends. Everything is a function of the two ledgers: the same rows give the same readings.
 */

export type GuardVerdict = "watching" | "alert" | "rollback" | "market" | "unclear" | "passed";
export type OwnRule = "win-rate" | "drawdown";
export type GuardRule = OwnRule | PairedRule;

export type CourseReading = {
  /** the guard is over: rolled back, passed, or the window ended in a fallen market */
  ended: boolean;
  verdict: GuardVerdict;
  rule: GuardRule | null;
  mode: ControlMode;
  /** the window was prolonged, once, because a chart stood open at its end */
  prolonged: boolean;
  /** champion's trades that count, and signals both answered */
  trades: number;
  pairs: number;
  /** null while there is no pair, or nothing to compare pairs with */
  paired: PairedFigures | null;
  own: OwnFigures;
};

export type CourseOptions = {
  own: OwnPromise;
  /** null: no former champion, or nothing frozen to compare it with */
  paired: PairedBaseline | null;
  /** N, trades the guard lasts */
  window: number;
  /** false: the own rule alone acts, the pairs are only shown (SHADOW_GUARD=promise) */
  pairedActs: boolean;
  /** whether a chart open at the end of the window prolongs the guard */
  prolongs: boolean;
};

/** Signals of the champion are numbered in closing order, abstentions included. */
export class GuardCourse {
  readonly #options: CourseOptions;
  readonly #baseline: PairedBaseline | null;
  readonly #own: OwnTally;
  readonly #paired: PairedTally | null;
  readonly #control = new ControlFollower();
  readonly #formerByPosition: PrefixSums;
  /** signal numbers of the trades taken, in closing order; and back */
  readonly #closed: number[] = [];
  readonly #positionOf = new Map<number, number>();
  /** pairs that wait because they lie beyond the window */
  readonly #beyond: { signal: number; champion: Answered; former: Answered }[] = [];
  #answeredInside = 0;
  #case: { verdict: "market" | "unclear"; rule: OwnRule } | null = null;
  #alerted = false;
  #prolonged = false;
  #pairs = 0;

  constructor(options: CourseOptions) {
    this.#options = options;
    this.#baseline = options.paired?.usable ? options.paired : null;
    this.#own = new OwnTally(options.own, options);
    this.#paired = this.#baseline && new PairedTally(this.#baseline, options);
    this.#formerByPosition = new PrefixSums(options.window);
  }

  /** The champion closed a signal. */
  close(signal: number, side: Answered): CourseReading {
    if (side.took === 1) {
      this.#positionOf.set(signal, this.#closed.length);
      this.#closed.push(signal);
      this.#control.addTrade();
      this.#own.add(side.pnl);
    }
    return this.#read({ ownTrade: true });
  }

  /** Both sides of a signal are known: the later of the two has closed. */
  complete(signal: number, champion: Answered, former: Answered): CourseReading {
    const position = this.#positionOf.get(signal);
    if (position !== undefined && !this.#control.isAnswered(position)) {
      this.#control.addAnswer(position);
      if (position < this.#limit()) this.#answeredInside += 1;
      if (position < this.#options.window) this.#formerByPosition.add(position, former.pnl);
    }
    const last = this.#closed[this.#limit() - 1];
    if (last === undefined || this.#closed.length <= this.#limit() || signal <= last) this.#addPair(champion, former);
    else if (position !== undefined) this.#beyond.push({ signal, champion, former });
    return this.#read({ ownTrade: false });
  }

  #addPair(champion: Answered, former: Answered): void {
    this.#pairs += 1;
    this.#paired?.add(champion, former);
  }

  #limit(): number {
    return this.#prolonged ? 2 * this.#options.window : this.#options.window;
  }

  #mode(): ControlMode {
    return this.#baseline && this.#options.pairedActs ? this.#control.mode() : "unpaired";
  }

  #read(options: { ownTrade: boolean }): CourseReading {
    const mode = this.#mode();
    const paired = this.#paired && this.#paired.pairs > 0 ? this.#paired.figures() : null;
    const own = this.#own.figures({ volatility: paired?.volatility ?? 1 });
    const reading: CourseReading = {
      ended: false,
      verdict: "watching",
      rule: null,
      mode,
      prolonged: this.#prolonged,
      trades: Math.min(this.#closed.length, this.#limit()),
      pairs: this.#pairs,
      paired,
      own,
    };
    const broken: OwnRule | null = own.winRule ? "win-rate" : own.fell ? "drawdown" : null;
    let pairedRule: PairedRule | null = null;
    if (mode === "unpaired") {
      const open = options.ownTrade && !this.#prolonged && this.#closed.length <= this.#options.window;
      if (open && broken) return { ...reading, ended: true, verdict: "rollback", rule: broken };
      this.#alerted ||= own.alert;
    } else {
      const said = this.#askPairs(paired, own);
      if (said.verdict === "rollback") return { ...reading, ended: true, ...said, verdict: "rollback" };
      pairedRule = said.rule;
      this.#alerted ||= said.verdict === "alert";
      if (broken && !this.#prolonged) this.#case = { verdict: this.#marketOrUnclear(paired, own), rule: broken };
    }
    reading.verdict = this.#case?.verdict ?? (this.#alerted ? "alert" : "watching");
    reading.rule = this.#case?.rule ?? (this.#alerted ? pairedRule : null);
    return this.#isFull(mode) ? this.#end(reading) : reading;
  }

  #askPairs(paired: PairedFigures | null, own: OwnFigures) {
    if (!paired) return { verdict: "quiet", rule: null } as const;
    return pairedVerdict(paired, { fell: own.fell && !this.#prolonged });
  }

  #marketOrUnclear(paired: PairedFigures | null, own: OwnFigures): "market" | "unclear" {
    const [top, low] = own.stretch;
    const formerOnStretch = this.#formerByPosition.between(top, low);
    return marketOrUnclear(paired, { ...own, formerOnStretch });
  }

  /** Every trade that counts is answered, or ten more closed without an answer. */
  #isFull(mode: ControlMode): boolean {
    const limit = this.#limit();
    if (this.#closed.length < limit) return false;
    return mode === "unpaired" || this.#answeredInside >= limit || this.#closed.length >= limit + ANSWER_GRACE;
  }

  #end(reading: CourseReading): CourseReading {
    const { paired, mode } = reading;
    const open =
      paired !== null &&
      mode === "paired" &&
      (paired.zWins >= PAIRED_OPEN_SD || paired.zPnl >= PAIRED_OPEN_SD || this.#case?.verdict === "unclear");
    if (this.#prolonged || !open || !this.#options.prolongs) {
      const market = this.#case?.verdict === "market";
      return { ...reading, ended: true, verdict: market ? "market" : "passed", rule: market ? reading.rule : null };
    }
    this.#prolonged = true;
    this.#beyond.sort((a, b) => a.signal - b.signal);
    for (const { champion, former } of this.#beyond.splice(0)) this.#addPair(champion, former);
    this.#answeredInside = this.#closed.filter((_, i) => i < this.#limit() && this.#control.isAnswered(i)).length;
    return { ...reading, prolonged: true };
  }
}

/** A signal as one model answered it. */
export type SignalAnswer = Answered & { closedAt: number };

export type CourseEvent = { at: number; signal: number; completes: boolean };

/**
 * The order in which a guard takes in what two ledgers hold: at one moment first what the champion closed, then the pairs.
 * @param champion  its signals in closing order
 * @param former  its answer to each of them; undefined while there is none
 */
export function courseEvents(
  champion: readonly SignalAnswer[],
  former: readonly (SignalAnswer | undefined)[],
): CourseEvent[] {
  const events: CourseEvent[] = [];
  for (let signal = 0; signal < champion.length; signal++) {
    const { closedAt } = champion[signal]!;
    events.push({ at: closedAt, signal, completes: false });
    const answer = former[signal];
    if (answer) events.push({ at: Math.max(closedAt, answer.closedAt), signal, completes: true });
  }
  return events.sort((a, b) => a.at - b.at || Number(a.completes) - Number(b.completes) || a.signal - b.signal);
}
