/** Commands with an entry file of their own beside understudy.ts: each parses its arguments and prints its own help. */

type Entry = {
  name: string;
  summary: string;
  /** whose entry file; left out: of its own name */
  file?: string;
  /** arguments that make it this command */
  with?: readonly string[];
};

export const entries: readonly Entry[] = [
  { name: "start", summary: "the local stack, with the demonstration" },
  { name: "watch", summary: "champion, challengers and events in the terminal, live" },
  { name: "dashboard", summary: "the web page of a deployed stage" },
  { name: "replay", summary: "a file of trades through the stack, and what it made of them" },
  {
    name: "backfill",
    summary: "a past log into a running stack; nothing automatic until it is in",
    file: "replay",
    with: ["--pause"],
  },
  { name: "doctor", summary: "the deployment checklist, carried out and filled in" },
  { name: "reconcile", summary: "raw trades against ledgers; takes in what is missing with --repair" },
  { name: "redrive", summary: "brings back what the streams gave up" },
  { name: "rebuild", summary: "one model's ledger anew, from its raw trades" },
  { name: "checkpoint", summary: "everything in one file, and back again" },
  { name: "export", summary: "trades and figures as CSV or JSON, and a tearsheet with plots for each model" },
  { name: "plan", summary: "how many trades a proof will take" },
  { name: "calibrate", summary: "false promotions and power of the rule, measured" },
  { name: "year", summary: "a scripted year in memory, held against the truth" },
];

export function entryOf(name: string | undefined): Entry | undefined {
  return entries.find((entry) => entry.name === name);
}
