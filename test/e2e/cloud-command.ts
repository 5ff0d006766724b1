import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { deployedStage } from "../../cli/client/deployed-stage.ts";
import { CommandError, parseOrExplain, runCommand, UsageError } from "../../cli/terminal/command-line.ts";

/** `npm run test:cloud`: the README's story against a deployed stage; npm test plays the same one on the local stack. */

const HELP = `Plays the README's story against a deployed stage that nobody stands behind, with your own credentials (AWS_PROFILE …): two models, some
1,200 trades by PutItem, a promotion, a collapse, a rollback. Afterwards the stage has the champion it had. It costs less than a cent.

  npm run test:cloud -- --stage dev

  --stage NAME     ENSEMBLE/STAGE, or the stage alone where one ensemble has it
  --region NAME    for a stage whose file leaves it open (AWS_REGION)
  --help
`;

await runCommand("test:cloud", async () => {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        stage: { type: "string" },
        region: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }),
  );
  if (values.help) return void process.stdout.write(HELP);
  if (!values.stage) throw new UsageError("say which: --stage dev");
  const { stage, region } = deployedStage(values.stage, { region: values.region });
  // For a minute a model of the story is champion.
  if (!stage.unattended)
    throw new CommandError(`${stage.file} has people behind it: the story is for a stage that is "unattended"`);
  const vitest = join(import.meta.dirname, "..", "..", "node_modules", "vitest", "vitest.mjs");
  const args = [vitest, "run", "--project", "stack", "test/e2e/cloud.stack.test.ts"];
  const { status } = spawnSync(process.execPath, args, {
    stdio: "inherit",
    env: { ...process.env, UNDERSTUDY_TEST_STAGE: values.stage, AWS_REGION: region },
  });
  if (status !== 0) throw new CommandError("the story did not end as it should", { exitCode: status ?? 1 });
});
