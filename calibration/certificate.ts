import {
  flooredPercent,
  percentAsSet,
  rounded,
  roundedCount,
  roundedPercent,
  significant,
} from "../shared/domain/number-words.ts";
import { table } from "./markdown.ts";
import type { OwnScenario } from "./own-scenarios.ts";
import { plotSvg } from "./svg-plot.ts";
import { countedBy, quantileOf, type Share, shareOf, type Tally } from "./tally.ts";

/** What a simulation on a user's own trades has shown: a document for people, the same for programs, and plots. */

export type CertificateFacts = {
  /** without directories */
  file: string;
  model: string;
  trades: number;
  firstOpened: string;
  lastClosed: string;
  mean: number;
  sd: number;
  winRate: number;
  blockLength: number;
  blockLengthFrom: string;
  overlap: number;
  correlation: number;
  correlationFrom: string;
  /** models of the file whose real rows were exchanged per block, and their common signals; null: ranks were mixed */
  exchanged: { models: readonly string[]; rows: number } | null;
  /** tested together */
  challengers: number;
  /** account currency per percent of improvement */
  perPercent: number;
  percentOf: string;
  /** account currency a trade: about half of the challengers with that edge are proved by the horizon */
  smallestEdge: number;
  slots: number;
  horizon: number;
  looks: readonly number[];
  minWinRate: number;
  seed: string;
  ruleVersion: string;
  command: string;
  settings: Record<string, unknown>;
};

type Result = {
  name: string;
  title: string;
  percent: number;
  edge: number;
  lives: number;
  promoted: Record<string, Share>;
  pass: Record<string, Share>;
  /** rows by which half, nine tenths had been promoted; null: not by the horizon */
  n50: number | null;
  n90: number | null;
  heldBy: Record<string, number>;
};

export type Certificate = { facts: CertificateFacts; results: Result[] };

function resultOf(options: { scenario: OwnScenario; tally: Tally; facts: CertificateFacts }): Result {
  const { scenario, tally, facts } = options;
  const of = tally.lives ?? 0;
  const by = (name: string) =>
    Object.fromEntries(facts.looks.map((n) => [n, shareOf({ times: countedBy(tally, name, n), of })]));
  const held = Object.entries(tally).flatMap(([key, n]) =>
    key.startsWith("held:") ? [[key.slice(5), n] as const] : [],
  );
  return {
    name: scenario.name,
    title: scenario.title,
    percent: scenario.percent,
    edge: scenario.percent * facts.perPercent,
    lives: of,
    promoted: by("promoted"),
    pass: by("pass"),
    n50: quantileOf(tally, "promoted", { q: 0.5, of }),
    n90: quantileOf(tally, "promoted", { q: 0.9, of }),
    heldBy: Object.fromEntries(held),
  };
}

export function certificateOf(options: {
  facts: CertificateFacts;
  scenarios: readonly OwnScenario[];
  tallies: readonly Tally[];
}): Certificate {
  const results = options.scenarios.map((scenario, i) =>
    resultOf({ scenario, tally: options.tallies[i]!, facts: options.facts }),
  );
  return { facts: options.facts, results };
}

const percent = (s: Share): string => `${roundedPercent(s.share)} ± ${rounded(100 * s.se, 1)}`;
const signed = (x: number): string => `${x < 0 ? "-" : "+"}${significant(Math.abs(x), 3)}`;

const gateWords: Record<string, string> = {
  sharpe: "the Sharpe ratio gate",
  drawdown: "the drawdown gate",
  "win-rate": "the win-rate gate",
  score: "the score",
  trades: "too few trades taken",
  differing: "too few differing rows",
  retired: "it had been retired for futility before",
};

function heldText(r: Result): string {
  const all = Object.entries(r.heldBy).sort((a, b) => b[1] - a[1]);
  if (all.length === 0) return "–";
  return all.map(([gate, n]) => `${gateWords[gate] ?? gate} ${roundedPercent(n / r.lives)}`).join(", ");
}

/** What the way of pairing leaves out. */
function pairingLimit(f: CertificateFacts): string {
  if (f.exchanged === null)
    return "The challengers are made up from your champion's own trades: real ones may be riskier or differ more.";
  const fewer =
    f.challengers < f.slots
      ? ` The file allows ${f.challengers} challenger${f.challengers === 1 ? "" : "s"} together, your settings ${f.slots}: with all of them the rate is up to ${rounded(f.slots / f.challengers, 1)} times as high.`
      : "";
  return `A new challenger unlike ${f.exchanged.models.slice(1).join(", ")} may behave otherwise.${fewer}`;
}

function headline(c: Certificate): string {
  const { facts, results } = c;
  const equal = results[0]!;
  const last = String(facts.looks[facts.looks.length - 1]);
  const wrong = equal.promoted[last]!;
  const many = facts.challengers === 1 ? "one challenger" : `${facts.challengers} challengers`;
  const lines = [
    `With your trades and your settings: when ${many} exactly as good as **${facts.model}** ${facts.challengers === 1 ? "is" : "are"} tested to the end ` +
      `(${roundedCount(facts.horizon)} common signals), Understudy promotes one of them in **${percent(wrong)}** of all cases.`,
    `Not shown by this: an edge or a market that lasts longer than ${roundedCount(facts.blockLength)} signals, the length of the blocks your history was cut into. ` +
      "Edges that turn every 50 to 100 signals raise the rate to .05 - .10, longer ones further (docs/calibration, regimes). " +
      pairingLimit(facts),
  ];
  for (const r of results.slice(1)) {
    const typical =
      r.n50 === null
        ? `is promoted in ${percent(r.promoted[last]!)} of cases by the horizon, so there is no typical number of trades`
        : `is typically promoted after **${roundedCount(r.n50)}** common signals (nine of ten: ${r.n90 === null ? "not by the horizon" : roundedCount(r.n90)})`;
    lines.push(`A challenger that earns ${r.percent} % more (${signed(r.edge)} a trade) ${typical}.`);
  }
  if (facts.winRate < facts.minWinRate) {
    lines.push(
      `Note: your champion wins ${flooredPercent(facts.winRate)} of its trades, and SHADOW_MIN_WIN_RATE asks ${percentAsSet(facts.minWinRate)} ` +
        "of a challenger. One that wins like your champion is never promoted without a person, however much it earns; see the last column.",
    );
  }
  lines.push(
    `An edge of about ${signed(facts.smallestEdge)} a trade (${roundedCount(facts.smallestEdge / facts.perPercent)} %) is the smallest that half of the challengers prove by the horizon; a smaller one would need more signals than that.`,
  );
  return lines.map((line) => `- ${line}`).join("\n");
}

function mixedRanks(f: CertificateFacts): string[] {
  return [
    `- The champion's future is drawn from these trades in blocks of ${f.blockLength} (${f.blockLengthFrom}; circular block bootstrap), so that what hangs together in time stays together.`,
    "- A challenger draws its own blocks; its rank on every signal is mixed with the champion's rank (normal scores), and the rank is turned back into a PnL of your own distribution. It therefore has the same distribution of PnL as the champion, and is exactly as good.",
  ];
}

function exchangedRows(f: CertificateFacts, exchanged: { models: readonly string[]; rows: number }): string[] {
  return [
    `- Real pairing: the ${roundedCount(exchanged.rows)} signals that ${exchanged.models.join(", ")} all took are drawn in blocks of ${f.blockLength} (${f.blockLengthFrom}, of the differences; circular block bootstrap). Every row is kept as it was.`,
    "- In every block chance decides which of these models plays the champion and which the challengers. All sides therefore have the same distribution, pairing included, and no challenger is better.",
  ];
}

function method(f: CertificateFacts): string {
  return [
    `- ${roundedCount(f.trades)} trades of ${f.model} from ${f.file}, opened ${f.firstOpened} to closed ${f.lastClosed}; mean ${signed(f.mean)}, standard deviation ${significant(f.sd, 4)}, win rate ${flooredPercent(f.winRate)}. Abstentions are left out.`,
    ...(f.exchanged === null ? mixedRanks(f) : exchangedRows(f, f.exchanged)),
    `- Rank correlation of champion and challenger: ${rounded(f.correlation, 2)} (${f.correlationFrom}).`,
    `- "1 % better" adds ${significant(f.perPercent, 3)} to every trade: one percent ${f.percentOf}.`,
    `- Positions usually open together: ${f.overlap}. Looks, gates, score, retirement and horizon are those of the production code (rule ${f.ruleVersion}) under the settings below.`,
    "- It cannot show what your history does not hold: regimes longer than the blocks, another market, costs that change with size.",
  ].join("\n");
}

/** The certificate as Markdown. @param plots  file names of the plots, shown in the text */
export function certificateText(c: Certificate, plots: readonly string[]): string {
  const { facts, results } = c;
  const steps = facts.looks.map(String);
  const rows = results.map((r) => [
    r.title,
    roundedCount(r.lives),
    ...steps.map((n) => percent(r.promoted[n]!)),
    percent(r.pass[steps[steps.length - 1]!]!),
    r.n50 === null ? "–" : roundedCount(r.n50),
    r.n90 === null ? "–" : roundedCount(r.n90),
    heldText(r),
  ]);
  const header = [
    "challenger",
    "lives",
    ...steps.map((n) => `promoted by ${roundedCount(Number(n))}`),
    "proved better",
    "half by",
    "nine of ten by",
    "first proof held back by",
  ];
  return `${[
    `# Calibration certificate: ${facts.model}`,
    headline(c),
    ...plots.map((name) => `![${name}](${name})`),
    "## Numbers",
    "Shares of simulated lives with their standard errors. Rows are signals both models answered.",
    table(header, rows),
    "## How it was measured",
    method(facts),
    "## Settings",
    `\`\`\`json\n${JSON.stringify(facts.settings, null, 1)}\n\`\`\``,
    `Made by \`${facts.command}\` (seed ${facts.seed}). The same command gives the same numbers.`,
  ].join("\n\n")}\n`;
}

/** The plots of a certificate by file name. */
export function certificatePlots(options: {
  certificate: Certificate;
  tallies: readonly Tally[];
  looks: readonly number[];
}): Record<string, string> {
  const { results, facts } = options.certificate;
  const lineOf = (i: number, label: string) => {
    const tally = options.tallies[i]!;
    const of = tally.lives ?? 0;
    const points = options.looks.map((x) => {
      const s = shareOf({ times: countedBy(tally, "promoted", x), of });
      return { x, y: s.share, se: s.se };
    });
    return { label, points };
  };
  const axes = { xLabel: "common signals", yLabel: "promoted by then" };
  return {
    "false-promotions.svg": plotSvg({
      ...axes,
      title: `Challengers exactly as good as ${facts.model}`,
      lines: [lineOf(0, facts.challengers === 1 ? "1 challenger" : `any of ${facts.challengers}`)],
      limit: { y: 0.05, label: "5 %" },
    }),
    "better-challengers.svg": plotSvg({
      ...axes,
      title: `Challengers better than ${facts.model}`,
      lines: results.slice(1).map((r, i) => lineOf(i + 1, `+${r.percent} %`)),
      yMost: 1,
    }),
  };
}
