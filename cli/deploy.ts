import { parseArgs } from "node:util";
import { deployedStage } from "./client/deployed-stage.ts";
import { callerIdentity } from "./client/identity.ts";
import { type Action, actions, cdkCall, runCdk } from "./deploy/cdk.ts";
import { CommandError, exitCodes, parseOrExplain, runCommand, UsageError } from "./terminal/command-line.ts";

/** `npm run bootstrap | diff | deploy | destroy`: the stage's file says where, the credentials in use must be for there. */

const help = `Deploys a stage to AWS, as its file infra/ensembles/ENSEMBLE/STAGE.json says, with your own credentials (AWS_PROFILE …).

usage: npm run bootstrap -- --stage NAME     once per account and region
       npm run diff -- --stage NAME          what deploying would change
       npm run deploy -- --stage NAME
       npm run destroy -- --stage NAME       refused where the file protects the data

  --stage NAME     ENSEMBLE/STAGE, or the stage alone where one ensemble has it
  --region NAME    for a stage whose file leaves it open (AWS_REGION)
  --stages DIR     stage files of your own, instead of infra/ensembles
  --help           this text
  -- ...           further arguments for the CDK, after a second --

${exitCodes}

examples:
  AWS_PROFILE=trading-dev npm run deploy -- --stage dev
  npm run diff -- --stage equities/prod
  npm run deploy -- --stage prod -- --require-approval never`;

async function main(signal: AbortSignal): Promise<void> {
  const [action, ...rest] = process.argv.slice(2);
  if (!isAction(action)) throw new UsageError(`say what: ${actions.join(", ")}`);
  const cut = rest.indexOf("--");
  const args = cut < 0 ? rest : rest.slice(0, cut);
  const extra = cut < 0 ? [] : rest.slice(cut + 1);
  const { values } = parseOrExplain(() =>
    parseArgs({
      args,
      options: {
        stage: { type: "string" },
        stages: { type: "string" },
        region: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }),
  );
  if (values.help) {
    console.log(help);
    return;
  }
  if (!values.stage) throw new UsageError("say which: --stage dev");
  const target = deployedStage(values.stage, {
    region: values.region,
    environment: process.env,
    directory: values.stages,
  });
  const who = await callerIdentity(target);
  const { stage } = target;
  if (stage.account && stage.account !== who.account)
    throw new CommandError(
      `${stage.file} is for account ${stage.account}, and these credentials are of ${who.account} (${who.arn})`,
    );
  const call = cdkCall(action, target, {
    account: who.account,
    reference: values.stage,
    stages: values.stages,
    extra,
  });
  console.error(`${action} ${stage.id}: account ${who.account}, ${target.region}, as ${who.arn}`);
  await runCdk(call, signal);
}

function isAction(text: string | undefined): text is Action {
  return (actions as readonly (string | undefined)[]).includes(text);
}

await runCommand(process.argv[2] ?? "deploy", main);
