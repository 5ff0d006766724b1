/** What stands below the help of each command: how it is used, by example. */

const examplesOf: Readonly<Record<string, readonly string[]>> = {
  status: ["understudy status", "understudy status --json | jq .status.champion.model_name"],
  compare: ["understudy compare momentum-v2", 'understudy compare momentum-v2 --assert approved && echo "go"'],
  why: ["understudy why momentum-v2"],
  history: ["understudy history --limit 50", "understudy history --type rollback --model momentum-v2 --json"],
  report: ["understudy report", "understudy report --from 2026-01-01 --to 2026-04-01"],
  health: ["understudy health || page-somebody"],
  deploy: ["understudy deploy momentum-v2 --type lightgbm", "understudy deploy momentum-v2 --model-version 2"],
  promote: [
    "understudy promote momentum-v2",
    'understudy promote momentum-v2 --force --reason "v1 lost its feed" --yes',
  ],
  rollback: [
    'understudy rollback --reason "losses since the open" --dry-run',
    'understudy rollback --reason "losses since the open" --to momentum-v1',
  ],
  pause: ['understudy pause --reason "central bank day"'],
  resume: ['understudy resume --reason "the day is over"'],
  retire: ['understudy retire momentum-v2 --reason "superseded by v3"'],
};

const codes: Readonly<Record<string, string>> = {
  compare: "Exit codes: 0 done, 1 refused or failed, 2 wrong arguments, 3 --assert does not hold, 130 Ctrl-C.",
  health: "Exit codes: 0 it lives, 1 it does not or does not answer, 2 wrong arguments, 130 Ctrl-C.",
};

/** @param usual  the exit codes every command has */
export function helpBelow(name: string, usual: string): string {
  const examples = (examplesOf[name] ?? []).map((line) => `  ${line}`);
  return ["", "Examples:", ...examples, "", codes[name] ?? usual].join("\n");
}
