import { parseArgs } from "node:util";
import { type Api, ApiAway, DEFAULT_URL } from "./client/api-client.ts";
import { connect } from "./client/connection.ts";
import {
  CommandError,
  exitCodes,
  parseOrExplain,
  runCommand,
  styled,
  switchColoursOff,
  UsageError,
} from "./terminal/command-line.ts";
import { pause } from "./terminal/pause.ts";
import type { Line } from "./watch/line.ts";
import { dashboard, type Place, type Snapshot } from "./watch/view.ts";

/** `npm run watch`: the dashboard in a terminal. */

const help = `Shows champion, challengers, looks, guard and the last events, and goes on showing.

  npm run watch -- [options]

  --url ADDRESS        the API (default ${DEFAULT_URL})
  --stage NAME         a deployed stage instead: ENSEMBLE/STAGE, or prod where one ensemble has it; signed with your AWS credentials
  --region NAME        of a stage whose file leaves it open (AWS_REGION)
  --interval SECONDS   between refreshes (default 2)
  --once               one picture, then end
  --json               one JSON document (status, events, health), then end
  --no-color           no colours (NO_COLOR is respected, too)
  --help

Ctrl-C or q ends it. While the API is away it says so and goes on trying.

${exitCodes}

Examples
  npm run watch
  npm run watch -- --once
  npm run watch -- --json | jq .status.champion
  AWS_PROFILE=trading npm run watch -- --stage prod --interval 30
`;

const EVENTS = 10;

type Options = { api: Api; intervalMs: number; once: boolean; json: boolean; noColor: boolean };

async function parse(args: readonly string[], signal: AbortSignal): Promise<Options | null> {
  const { values } = parseOrExplain(() =>
    parseArgs({
      args: [...args],
      options: {
        url: { type: "string" },
        stage: { type: "string" },
        region: { type: "string" },
        interval: { type: "string", default: "2" },
        once: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        "no-color": { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }),
  );
  if (values.help) return null;
  const seconds = Number(values.interval);
  if (!(seconds >= 0.2 && seconds <= 3600)) {
    throw new UsageError(`--interval is a number of seconds from 0.2 to 3600, not "${values.interval}"`);
  }
  const { once, json } = values;
  return { api: await connect(values, signal), intervalMs: 1000 * seconds, once, json, noColor: values["no-color"] };
}

async function main(signal: AbortSignal): Promise<void> {
  const options = await parse(process.argv.slice(2), signal);
  if (!options) return void process.stdout.write(help);
  if (options.noColor) switchColoursOff();
  if (options.json) {
    const { status, events, health } = await read(options.api);
    return void process.stdout.write(`${JSON.stringify({ url: options.api.url, status, events, health }, null, 2)}\n`);
  }
  if (options.once)
    return void process.stdout.write(await picture(dashboard(await read(options.api), placeOf(options), null)));
  await (process.stdout.isTTY ? watchLive(options, signal) : watchPlain(options, signal));
}

async function read(api: Api): Promise<Snapshot> {
  const [status, history, health] = await Promise.all([api.status(), api.history({ limit: EVENTS }), api.health()]);
  return { status, events: history.events, health };
}

function placeOf({ api }: Options): Place {
  // One column less than there are: the last one makes some terminals wrap.
  const columns = Math.min(160, Math.max(60, (process.stdout.columns ?? 81) - 1));
  return { url: api.url, columns, rows: process.stdout.rows ?? 40, now: Date.now() };
}

/** Whether standard output is a terminal that wants colours. */
const colours = () => styled("red", "x") !== "x";

async function picture(lines: readonly Line[], columns = Math.max(80, process.stdout.columns ?? 80)): Promise<string> {
  const [{ renderToString }, { screen }] = await Promise.all([import("ink"), import("./watch/screen.ts")]);
  return `${renderToString(screen({ lines, columns, colours: colours() }), { columns })}\n`;
}

type Sight = { snapshot: Snapshot | null; away: { since: number; why: string } | null };

/** Reads again and again until the signal comes; a failed reading keeps the picture and says why. */
async function follow(
  { api, intervalMs }: Options,
  signal: AbortSignal,
  show: (sight: Sight) => void | Promise<void>,
): Promise<void> {
  let sight: Sight = { snapshot: null, away: null };
  while (!signal.aborted) {
    try {
      sight = { snapshot: await read(api), away: null };
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof CommandError)) throw error;
      const why = error instanceof ApiAway ? error.message : `${api.url} answers: ${error.message}`;
      sight = { ...sight, away: { since: sight.away?.since ?? Date.now(), why } };
    }
    await show(sight);
    await pause(intervalMs, signal).catch(() => {});
  }
}

/** Not a terminal: a picture each time, one below the other. */
async function watchPlain(options: Options, signal: AbortSignal): Promise<void> {
  await follow(options, signal, async ({ snapshot, away }) => {
    process.stdout.write(`${await picture(dashboard(snapshot, placeOf(options), away))}\n`);
  });
}

async function watchLive(options: Options, signal: AbortSignal): Promise<void> {
  const [{ render }, { screen }] = await Promise.all([import("ink"), import("./watch/screen.ts")]);
  let sight: Sight = { snapshot: null, away: null };
  const frame = () => {
    const place = placeOf(options);
    // Rows beyond the terminal's cannot be redrawn in place.
    const lines = dashboard(sight.snapshot, place, sight.away).slice(0, Math.max(1, place.rows - 1));
    return screen({ lines, columns: place.columns, colours: colours() });
  };
  const app = render(frame(), { alternateScreen: true, incrementalRendering: true, exitOnCtrlC: false });
  const leaving = new AbortController();
  const redraw = () => app.rerender(frame());
  const unlisten = onQuit(() => leaving.abort());
  process.stdout.on("resize", redraw);
  try {
    await follow(options, AbortSignal.any([signal, leaving.signal]), (next) => {
      sight = next;
      redraw();
    });
  } finally {
    process.stdout.off("resize", redraw);
    unlisten();
    app.unmount();
    await app.waitUntilExit();
  }
  // The alternate screen vanishes with everything on it: leave the last picture behind.
  process.stdout.write(await picture(dashboard(sight.snapshot, placeOf(options), sight.away)));
}

/** Calls back for q, Escape and Ctrl-C while keys are read one by one. */
function onQuit(quit: () => void): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) return () => {};
  const onKey = (keys: Buffer) => {
    if (["q", "Q", "\u0003", "\u001b"].includes(keys.toString("utf8"))) quit();
  };
  stdin.setRawMode(true);
  stdin.on("data", onKey);
  stdin.resume();
  return () => {
    stdin.off("data", onKey);
    stdin.setRawMode(false);
    stdin.pause();
  };
}

await runCommand("watch", main);
