import type { Paths } from "../client.ts";
import { score, words } from "../figures.ts";

type Gate = Paths["gates"][number];

/** Every state has a sign and a word, so that colour is never the only difference. */
const states: Record<Gate["state"], { sign: string; word: string; tone: string }> = {
  pass: { sign: "✓", word: "holds", tone: "pass" },
  fail: { sign: "✕", word: "does not hold", tone: "fail" },
  inconclusive: { sign: "○", word: "not yet", tone: "open" },
  "no-data": { sign: "–", word: "no data", tone: "open" },
  error: { sign: "!", word: "error", tone: "fail" },
};

const kinds: readonly { kind: Gate["kind"]; title: string }[] = [
  { kind: "primary", title: "Must hold" },
  { kind: "evidence", title: "Evidence" },
  { kind: "secondary", title: "Also looked at" },
];

/** Criteria of the latest look. Before the first verdict nothing is failed: it is only not known yet. */
export function Criteria({ paths }: { paths: Paths }) {
  return (
    <section aria-labelledby="criteria">
      <h2 id="criteria">
        Criteria {paths.gates_provisional ? <span class="soft">before the first look: none is decided yet</span> : null}
      </h2>
      <Score parts={paths.score_parts} provisional={paths.gates_provisional} />
      <div class="board">
        {kinds.map(({ kind, title }) => {
          const gates = paths.gates.filter((gate) => gate.kind === kind);
          return gates.length === 0 ? null : (
            <div key={kind}>
              <h3>{title}</h3>
              <ul>
                {gates.map((gate) => (
                  <Criterion key={gate.gate} gate={gate} provisional={paths.gates_provisional} />
                ))}
              </ul>
            </div>
          );
        })}
      </div>
    </section>
  );
}

function Criterion({ gate, provisional }: { gate: Gate; provisional: boolean }) {
  const neutral = provisional && gate.state === "fail";
  const { sign, word, tone } = neutral ? states.inconclusive : states[gate.state];
  return (
    <li class={`gate ${tone}`}>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      <div>
        <p>
          <strong>{words(gate.gate)}</strong> <span class="soft">{word}</span>
        </p>
        <p class="soft">
          <bdi>{gate.reason}</bdi>
        </p>
      </div>
    </li>
  );
}

const most = { significance: 30, sharpe: 25, win_rate: 20, drawdown: 15, consistency: 10 } as const;

/** What the score consists of: each part beside the most it can be. */
function Score({ parts, provisional }: { parts: Paths["score_parts"]; provisional: boolean }) {
  return (
    <dl class="score">
      <div>
        <dt>Score</dt>
        <dd>
          {score(parts.total)} <span class="soft">of 100{provisional ? ", provisional" : ""}</span>
        </dd>
      </div>
      {(Object.keys(most) as (keyof typeof most)[]).map((part) => (
        <div key={part}>
          <dt>{words(part)}</dt>
          <dd>
            {score(parts[part])} <span class="soft">of {most[part]}</span>
          </dd>
          <span class="share" style={{ "--share": String(parts[part] / most[part]) }} aria-hidden="true" />
        </div>
      ))}
    </dl>
  );
}
