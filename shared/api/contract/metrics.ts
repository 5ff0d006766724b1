import * as z from "zod";
import { Count, Time, UndefinedStatistic } from "./parts.ts";

/**
 * Figures of one model over the trades it took: every one a number, so that a reader needs no special cases. One that is
 * not defined for these trades is 0 and named in `undefined_metrics`, with the reason.
 */
export const Figures = z
  .strictObject({
    n_trades: Count.min(1).describe("Trades taken; abstentions are none."),
    win_rate: z.number().min(0).max(1),
    mean_pnl: z.number().describe("Account currency per trade taken."),
    std_pnl: z.number().min(0),
    total_pnl: z.number(),
    sharpe_ratio: z.number().describe("Mean / standard deviation per trade taken; not annualised."),
    sortino_ratio: z.number(),
    max_drawdown: z.number().min(0),
    rolling_wr_std: z.number().describe("Standard deviation of the win rate over windows of 100 trades."),
    profit_factor: z.number().describe("Sum of wins / sum of losses."),
    expectancy: z.number().describe("Mean PnL in units of the average loss."),
    average_win: z.number(),
    average_loss: z.number().min(0),
    longest_losing_run: Count,
    calmar_ratio: z.number().describe("Total PnL / maximum drawdown of the window; not annualised."),
    skew: z.number(),
    kurtosis: z.number().describe("3 for a normal distribution."),
    value_at_risk95: z.number().describe("Loss exceeded by 5 % of trades, positive = loss."),
    expected_shortfall95: z.number().describe("Mean loss of the worst 5 %, positive = loss."),
    probabilistic_sharpe: z.number().describe("P(true Sharpe ratio > 0)."),
    deflated_sharpe: z.number().describe("P(true Sharpe ratio > the best of as many worthless models)."),
    correlation_with_champion: z.number().describe("Of PnL per common signal, in a comparison."),
    undefined_metrics: z
      .array(z.strictObject({ metric: z.string(), ...UndefinedStatistic.omit({ kind: true }).shape }))
      .describe("Figures above that are not defined for these trades: they stand there as 0."),
  })
  .meta({ id: "Figures" });

export const Metrics = Figures.extend({ last_updated: Time.describe("Close of the newest trade.") }).meta({
  id: "Metrics",
});

export type FiguresAnswer = z.infer<typeof Figures>;
export type MetricsAnswer = z.infer<typeof Metrics>;
