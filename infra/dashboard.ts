import { Duration } from "aws-cdk-lib";
import { Dashboard, GraphWidget, type IMetric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import type { Watched } from "./alarms.ts";
import type { DataStack } from "./data-stack.ts";
import { heldBatches } from "./failures.ts";
import { ourMetric } from "./metrics.ts";
import { nameIn } from "./names.ts";
import { streamReaders } from "./streams.ts";

const period = Duration.minutes(5);

/** One page in CloudWatch: what came in, what was decided, how far behind, what failed, what it costs. */
export function makeDashboard(scope: Construct, watched: Watched, data: DataStack): void {
  const { stage, handlers, api } = watched;
  const ours = (name: string, statistic: string = Stats.SUM) => ourMetric(stage, name, { statistic, period });
  const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 8, height: 6 });
  const streaming = streamReaders.map((reader) => handlers[reader.function]);
  new Dashboard(scope, "Dashboard", {
    dashboardName: nameIn(stage, "overview"),
    defaultInterval: Duration.days(1),
    widgets: [
      [
        graph("Trades", [ours("TradesIngested"), ours("TradesRejected")]),
        graph("From a trade's write to its ledger, ms", [
          ours("IngestLag", Stats.percentile(99)),
          ours("IngestLag", Stats.MAXIMUM),
        ]),
        graph("Looks, promotions, rollbacks", [ours("LooksTaken"), ours("Promotions"), ours("Rollbacks")]),
      ],
      [
        graph("Score of the latest look", [ours("LookScore", Stats.MAXIMUM)]),
        graph("Win rate in the latest look, %", [
          ours("ChampionWinRate", Stats.AVERAGE),
          ours("ChallengerWinRate", Stats.AVERAGE),
        ]),
        graph("Largest drawdown in the latest look", [
          ours("ChampionDrawdown", Stats.AVERAGE),
          ours("ChallengerDrawdown", Stats.AVERAGE),
        ]),
      ],
      [
        graph("Rollback latency, ms", [ours("RollbackLatency", Stats.MAXIMUM)]),
        graph("Alerts published", [ours("AlertsPublished")]),
        graph(
          "Age of the oldest stream record, ms",
          streaming.map((handler) => handler.metric("IteratorAge", { statistic: Stats.MAXIMUM, period })),
        ),
      ],
      [
        graph("Requests and failures of the API", [
          api.metricCount({ period }),
          api.metricServerError({ period }),
          api.metricClientError({ period }),
        ]),
        graph("Latency of the API, ms", [
          api.metricLatency({ period, statistic: Stats.p(50) }),
          api.metricLatency({ period, statistic: Stats.p(99) }),
        ]),
        graph(
          "Errors of stream functions",
          streaming.map((handler) => handler.metricErrors({ period })),
        ),
      ],
      [
        graph("Given up, undelivered, ledgers that disagree", [
          heldBatches(stage),
          ours("LedgersThatDisagree"),
          watched.undelivered.metricApproximateNumberOfMessagesVisible({ period }),
        ]),
        graph("Writes to the tables", [
          data.trades.metricConsumedWriteCapacityUnits({ period }),
          data.state.metricConsumedWriteCapacityUnits({ period }),
        ]),
        graph("Reads of the tables", [
          data.trades.metricConsumedReadCapacityUnits({ period }),
          data.state.metricConsumedReadCapacityUnits({ period }),
        ]),
      ],
    ],
  });
}
