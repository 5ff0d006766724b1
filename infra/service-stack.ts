import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import { makePolicies } from "./access.ts";
import { makeAlarms } from "./alarms.ts";
import { makeApi, makePeopleApi } from "./api.ts";
import { makeBudget } from "./budget.ts";
import type { Bundles } from "./bundle.ts";
import { makeDashboard } from "./dashboard.ts";
import type { DataStack } from "./data-stack.ts";
import { makeFunctions } from "./functions.ts";
import { makeReleases } from "./releases.ts";
import { makeSchedules } from "./schedules.ts";
import type { Stage } from "./stages.ts";
import { connectStream, streamReaders } from "./streams.ts";
import { makeTopics } from "./topics.ts";

/** Everything that can be thrown away and deployed again: API, functions, triggers, alerts, alarms. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & { stage: Stage; data: DataStack; bundles: Bundles }) {
    const { stage, data, bundles, ...stackProps } = props;
    super(scope, id, {
      ...stackProps,
      description: `Understudy ${stage.id}: service`,
      terminationProtection: stage.protectData,
    });
    // By its address alone: the key's policy knows our services already, and must not come to depend on this stack.
    const key = data.key && Key.fromKeyArn(this, "Key", data.key.keyArn);
    const { alerts, alarms, undelivered } = makeTopics(this, stage, key);
    const handlers = makeFunctions(this, { stage, bundles, data, alerts, key });
    const releases = makeReleases(this, stage, handlers);
    for (const reader of streamReaders) {
      connectStream(reader, {
        table: data[reader.table],
        handler: releases.handlers[reader.function],
        failures: data.failures,
        stage,
      });
    }
    makeSchedules(this, releases.handlers);
    const options = { stage, handlers: releases.handlers, key };
    const { api, stage: apiStage } = makeApi(this, options);
    const people = makePeopleApi(this, options);
    makePolicies(this, stage, api);
    const watched = { stage, topic: alarms, api: apiStage, handlers, undelivered };
    releases.judgeBy(makeAlarms(this, watched));
    makeBudget(this, stage, alarms);
    // A page of metrics costs three dollars a month beyond an account's third one; a laptop has none.
    if (stage.id !== "local") makeDashboard(this, watched, data);

    new CfnOutput(this, "ApiUrl", { value: apiStage.url });
    if (people) new CfnOutput(this, "PeopleApiUrl", { value: people.stage.url });
    new CfnOutput(this, "AlertsTopicArn", { value: alerts.topicArn });
    new CfnOutput(this, "AlarmsTopicArn", { value: alarms.topicArn });
  }
}
