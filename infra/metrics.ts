import type { Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { Stage } from "./stages.ts";

/** A metric of ours (functions/support/metrics.ts), of this stage. */
export const ourMetric = (stage: Stage, metricName: string, props: { statistic: string; period: Duration }): Metric =>
  new Metric({
    namespace: "Understudy",
    metricName,
    dimensionsMap: { service: "understudy", environment: stage.id },
    ...props,
  });
