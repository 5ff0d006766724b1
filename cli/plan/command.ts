import { parseArgs } from "node:util";
import { type DependenceRate, dependenceRates } from "../../calibration/dependence-rates.ts";
import { significant } from "../../shared/domain/number-words.ts";
import { FARTHEST } from "../../shared/stats/report/trades-left.ts";
import { exitCodes, parseOrExplain, UsageError, wholeOption } from "../terminal/command-line.ts";
import { count, decimal, percent } from "../terminal/figures.ts";
import { type Promotion, simulatePromotion } from "./promotion.ts";
import { type Needed, type Plan, planTrades, spreadOfDifference, spreadOfWinDifference } from "./trades-needed.ts";

/** How many trades a proof will take, known before anything is deployed. */

const HELP = `Says how many trades it takes to prove a difference under the promotion rule.

  npm run plan -- --effect DOLLARS --sd DOLLARS --correlation R [options]

  --effect X             true mean PnL a trade, challenger minus champion
  --sd X                 standard deviation of a trade's PnL, of either model
  --correlation R        of both models' PnL on the same signal, -1 to below 1
  --slots N              most challengers open at the same time, 1 to 3 (default 3)
  --win-rate-points X    instead or besides: a difference of win rate, in points
  --win-rate X           the champion's win rate, 0 to 1 (default 0.56)
  --min-trades N         first look (default 500)
  --mean X               champion's mean PnL a trade (default: sd x 50/120)
  --lives N              lives simulated for the promotion figures, 0 for none (default 200)
  --json                 one JSON document
  --help

rule      trades of each model until half, 80 % and 90 % of such challengers are
          proved, looking every 100 trades as the rule does
unpaired  the same for models that share no signals: trades of each
one look  the fewest any test could need that knows the number beforehand
promoted  whole lives simulated through the production rule: gates, score and retirement too

${exitCodes}

Examples
  npm run plan -- --effect 10 --sd 120 --correlation 0.7
  npm run plan -- --effect 10 --sd 120 --correlation 0.7 --slots 1 --json
  npm run plan -- --win-rate-points 2 --win-rate 0.56 --correlation 0.7
`;

/** Familywise level the boundary constants were made for. */
const ALPHA = 0.05;
const STEP = 100;
const BLOCK = 50;
/** Effects of the table, as multiples of the one asked for. */
const MULTIPLES = [0.5, 0.75, 1, 1.5, 2, 3] as const;

type Options = {
  effect: number | null;
  sd: number | null;
  correlation: number;
  slots: 1 | 2 | 3;
  points: number | null;
  winRate: number;
  minTrades: number;
  mean: number | null;
  lives: number;
  json: boolean;
};
/** `asked` marks the effect on the command line; the others stand around it. */
type Row = { effect: number; asked: boolean; paired: Plan; unpaired: Plan };
type Report = {
  slots: number;
  alpha: number;
  firstLook: number;
  step: number;
  correlation: number;
  meanPnl: { sd: number; rows: Row[] } | null;
  winRate: { winRate: number; rows: Row[] } | null;
  /** of the effect asked for; empty when nothing was simulated */
  promotion: Promotion[];
  /** champion's mean PnL the simulation took */
  championMean: number | null;
  /** false promotions of three equal challengers, by how rows hang together */
  dependence: DependenceRate[];
  assumes: string;
};

function numberOption(
  name: string,
  text: string,
  { holds, words }: { holds: (x: number) => boolean; words: string },
): number {
  const value = Number(text);
  if (text.trim() === "" || !holds(value)) throw new UsageError(`--${name} must be ${words}, not "${text}"`);
  return value;
}

const positive = { holds: (x: number) => x > 0 && Number.isFinite(x), words: "a positive number" };

/** @returns null when help was asked for */
export function parsePlanOptions(args: readonly string[]): Options | null {
  const { values } = parseOrExplain(() =>
    parseArgs({
      args: [...args],
      options: {
        effect: { type: "string" },
        sd: { type: "string" },
        correlation: { type: "string" },
        slots: { type: "string", default: "3" },
        "win-rate-points": { type: "string" },
        "win-rate": { type: "string", default: "0.56" },
        "min-trades": { type: "string", default: "500" },
        mean: { type: "string" },
        lives: { type: "string", default: "200" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }),
  );
  if (values.help) return null;
  const { effect, sd, correlation } = values;
  const points = values["win-rate-points"];
  if ((effect === undefined) !== (sd === undefined)) throw new UsageError("--effect and --sd belong together");
  if (effect === undefined && points === undefined)
    throw new UsageError("which difference? --effect and --sd, or --win-rate-points");
  if (correlation === undefined)
    throw new UsageError("--correlation is needed; 0 is the cautious guess for models on the same signals");
  const r = numberOption("correlation", correlation, {
    holds: (x) => x >= -1 && x < 1,
    words: "a number from -1 to below 1",
  });
  const options: Options = {
    effect: effect === undefined ? null : numberOption("effect", effect, positive),
    sd: sd === undefined ? null : numberOption("sd", sd, positive),
    correlation: r,
    slots: wholeOption("slots", values.slots, { min: 1, max: 3 }) as 1 | 2 | 3,
    points: points === undefined ? null : numberOption("win-rate-points", points, positive),
    winRate: numberOption("win-rate", values["win-rate"], {
      holds: (x) => x > 0 && x < 1,
      words: "a number between 0 and 1",
    }),
    minTrades: wholeOption("min-trades", values["min-trades"], { min: 200, max: 100_000 }),
    mean:
      values.mean === undefined
        ? null
        : numberOption("mean", values.mean, { holds: (x) => Number.isFinite(x), words: "a number" }),
    lives: wholeOption("lives", values.lives, { min: 0, max: 100_000 }),
    json: values.json,
  };
  if (options.points !== null && options.winRate + options.points / 100 > 0.999)
    throw new UsageError(`a win rate of ${options.winRate} cannot be ${options.points} points higher`);
  return options;
}

/** The plan of one kind of difference over a table of effects. */
function rowsOf(
  options: Options,
  difference: { effect: number; largest: number; spread: (of: { effect: number; correlation: number }) => number },
): Row[] {
  const { effect, largest, spread } = difference;
  const looks = {
    slots: options.slots,
    firstLook: options.minTrades,
    step: STEP,
    blockLength: BLOCK,
    farthest: FARTHEST,
  };
  const plan = (size: number, correlation: number) =>
    planTrades({ ...looks, alpha: ALPHA, effect: size, sdOfDifference: spread({ effect: size, correlation }) });
  return MULTIPLES.filter((m) => m * effect <= largest).map((m) => ({
    effect: m * effect,
    asked: m === 1,
    paired: plan(m * effect, options.correlation),
    unpaired: plan(m * effect, 0),
  }));
}

const ASSUMES =
  "Independent trades, effect and spread as given, mean route only (all three time scales, variances as known). " +
  "The Sharpe route may be sooner; dependence, heavy tails, the other gates and the score may be later.";

/** Mean over standard deviation of a champion nobody described: that of the calibration's models. */
const USUAL_RATIO = 50 / 120;

function promotionPart(options: Options): Pick<Report, "promotion" | "championMean"> {
  const { effect, sd, lives } = options;
  // The latent numbers of a simulated pair take a correlation of 0 or more.
  if (effect === null || sd === null || lives === 0 || options.correlation < 0)
    return { promotion: [], championMean: null };
  const mean = options.mean ?? USUAL_RATIO * sd;
  return { promotion: simulatePromotion({ ...options, effect, sd, mean, lives }), championMean: mean };
}

/** Everything the command says, as data. */
export function makePlan(options: Options): Report {
  const { effect, sd, points, winRate } = options;
  const meanPnl =
    effect === null || sd === null
      ? null
      : {
          sd,
          rows: rowsOf(options, {
            effect,
            largest: Number.POSITIVE_INFINITY,
            spread: ({ correlation }) => spreadOfDifference({ sd, correlation }),
          }),
        };
  const ofWins = (r: { effect: number; correlation: number }) =>
    spreadOfWinDifference({ winRate, points: r.effect, correlation: r.correlation });
  const wins =
    points === null
      ? null
      : { winRate, rows: rowsOf(options, { effect: points / 100, largest: 0.999 - winRate, spread: ofWins }) };
  return {
    slots: options.slots,
    alpha: ALPHA,
    firstLook: options.minTrades,
    step: STEP,
    correlation: options.correlation,
    meanPnl,
    winRate: wins,
    ...promotionPart(options),
    dependence: dependenceRates(),
    assumes: ASSUMES,
  };
}

const trades = (n: number | null): string => (n === null ? `>${FARTHEST / 1000}k` : count(n));
const three = (n: Needed): string => [n.n50, n.n80, n.n90].map((x) => trades(x).padStart(7)).join(" ");
const chance = (p: number): string => percent(p, { digits: p < 0.01 ? 1 : 0 });
const pointsText = (x: number): string => `${significant(100 * x, 4)} points`;

function table(rows: readonly Row[], show: (effect: number) => string): string[] {
  const head = "   50 %    80 %    90 %";
  const lines = [
    `${"".padEnd(11)}  ${"rule, paired".padEnd(23)}  ${"rule, unpaired".padEnd(23)}  ${"one look, paired".padEnd(23)}  proved by`,
    `${"difference".padEnd(11)}  ${head}  ${head}  ${head}  first look`,
  ];
  for (const { effect, paired, unpaired } of rows) {
    const cells = [
      three(paired.rule),
      three(unpaired.rule),
      three(paired.oracle),
      chance(paired.byFirstLook).padStart(10),
    ];
    lines.push(`${show(effect).padEnd(11)}  ${cells.join("  ")}`);
  }
  return lines;
}

const tailWords = { normal: "normal PnL", t3: "heavy tails (Student t3)" };

function promotionLines(r: Report): string[] {
  const shown = (x: number | null) => (x === null ? "not by 5,000" : count(x));
  const share = ({ share: p, se }: { share: number; se: number }) => `${percent(p)} ± ${decimal(100 * se, 1)}`;
  const promoted = r.promotion.map(
    (p) =>
      `  ${tailWords[p.tails].padEnd(24)}  half by ${shown(p.n50)}, 80 % by ${shown(p.n80)}, 90 % by ${shown(p.n90)}; ${share(p.byHorizon)} by the horizon`,
  );
  const first = r.promotion[0];
  const head =
    first === undefined
      ? []
      : [
          "",
          `Promoted by the whole rule, champion's mean ${significant(r.championMean!, 3)} (${first.lives} lives each; a quantile is good to about 100):`,
          ...promoted,
        ];
  const rates = r.dependence.map((d) => `  ${d.title}: ${share(d.promoted)}`);
  return [
    ...head,
    ...(rates.length === 0
      ? []
      : [
          "",
          "False promotions of three equal challengers by 5,000 rows, by how rows hang together (docs/calibration):",
          ...rates,
        ]),
  ];
}

const asked = (rows: readonly Row[]): Row => rows.find((row) => row.asked)!;

/** The report as text. */
export function planText(r: Report): string {
  const lines = [
    `Trades of each model until the rule has proved the challenger better: ${r.slots} ${r.slots === 1 ? "slot" : "slots"}, looks at ${count(r.firstLook)} and every ${r.step} trades, at most ${chance(r.alpha)} false promotions in all.`,
  ];
  if (r.meanPnl !== null) {
    const one = asked(r.meanPnl.rows);
    lines.push(
      "",
      `Mean PnL, sd ${r.meanPnl.sd} a trade, correlation ${r.correlation}: ${one.effect} is ${decimal(one.paired.standardised, 3)} standard deviations of the difference (${decimal(one.paired.sdOfDifference, 1)}).`,
      ...table(r.meanPnl.rows, (x) => `+${significant(x, 4)}`),
    );
  }
  if (r.winRate !== null) {
    const one = asked(r.winRate.rows);
    lines.push(
      "",
      `Win rate, champion at ${r.winRate.winRate}: if it were judged by the same boundary. The rule reports win rates and promotes on mean PnL or Sharpe ratio.`,
      ...table(r.winRate.rows, (x) => `+${pointsText(x)}`),
      `At ${count(r.firstLook)} trades ${chance(one.paired.byFirstLook)} of the challengers that win ${pointsText(one.effect)} more would be proved; 90 % need ${trades(one.paired.rule.n90)}.`,
    );
  }
  lines.push(...promotionLines(r), "", r.assumes);
  return lines.join("\n");
}

/** @param argv  without the program's name */
export async function planCommand(argv: string[]): Promise<void> {
  const options = parsePlanOptions(argv);
  if (options === null) return void process.stdout.write(HELP);
  const report = makePlan(options);
  console.log(options.json ? JSON.stringify(report, null, 2) : planText(report));
}
