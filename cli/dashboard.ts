import { parseArgs } from "node:util";
import { deployedStage } from "./client/deployed-stage.ts";
import { addressOfStage } from "./client/stage-address.ts";
import { startDeployedPage } from "./dashboard/deployed.ts";
import { dashboardPages } from "./page/pages.ts";
import { exitCodes, parseOrExplain, runCommand, UsageError, urlOption, wholeOption } from "./terminal/command-line.ts";

/** `npm run dashboard`: the web page for a deployed stage. A local stack serves its own. */

const help = `Shows the web page of a deployed stage. Requests are signed with your own AWS credentials (AWS_PROFILE …); the page can do
what you may do, and only whoever has the printed address can use it.

usage: npm run dashboard -- --stage NAME [options]

  --stage NAME     ENSEMBLE/STAGE, or prod where one ensemble has it: the address is read from the stack's outputs
  --region NAME    of a stage whose file leaves it open (AWS_REGION)
  --url ADDRESS    the API's address, instead of --stage and --region
  --port N         the page listens there, on 127.0.0.1 alone (any free one)
  --json           one JSON object a line on standard output
  --help           this text

${exitCodes}

examples:
  AWS_PROFILE=trading npm run dashboard -- --stage prod
  npm run dashboard -- --url https://abc123.execute-api.eu-central-1.amazonaws.com`;

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        stage: { type: "string" },
        region: { type: "string" },
        url: { type: "string" },
        port: { type: "string", default: "0" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }),
  );
  if (values.help) {
    console.log(help);
    return;
  }
  const url = values.url === undefined ? await addressOf(values) : urlOption("url", values.url);
  const port = wholeOption("port", values.port, { min: 0, max: 65_535 });
  const page = await startDeployedPage({ url, port, pages: dashboardPages() });
  const text = `The page of ${url}:\n\n  ${page.url}\n\nWhoever has this address can act with your credentials until Ctrl-C.`;
  console.log(values.json ? JSON.stringify({ event: "ready", url: page.url, api: url }) : text);
  if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  await page.stop();
}

async function addressOf(options: { stage?: string | undefined; region?: string | undefined }): Promise<string> {
  if (!options.stage) throw new UsageError("say which: --stage prod, or --url with the API's address");
  const { serviceStack, region } = deployedStage(options.stage, options);
  return addressOfStage({ stack: serviceStack, region });
}

await runCommand("dashboard", main);
