import type { Paths } from "../client.ts";
import { begin, score, words } from "../figures.ts";

type Gate = Paths["gates"][number];

/** Every state has a sign and a word, so that colour is never the only difference. */
const states: Record<Gate["state"], { sign: string; word: string; tone: string }> = {
  pass: { sign: "✓", word: "holds", tone: "pass" },
  fail: { sign: "✕", word: "does not hold", tone: "fail" },
  inconclusive: { sign: "○", word: "not yet", tone: "open" },
  "no-data": { sign: "–", word: "no data", tone: "open" },
  error: { sign: "!", word: "error", tone: "fail" },
};

/** Criteria of the latest look. Before the first verdict nothing is failed: it is only not known yet. */
export function Criteria({ paths }: { paths: Paths }) {
  const of = (kind: Gate["kind"]) => paths.gates.filter((gate) => gate.kind === kind);
  const provisional = paths.gates_provisional;
  return (
    <section aria-labelledby="criteria">
      <h2 id="criteria">
        Criteria {provisional ? <span class="soft">before the first look: none is decided yet</span> : null}
      </h2>
      <Score parts={paths.score_parts} provisional={provisional} />
      <div class="board">
        <div>
          <Gates title="Must hold" gates={of("primary")} provisional={provisional} />
        </div>
        <div>
          <Gates title="Evidence" gates={of("evidence")} provisional={provisional} />
          <Gates title="Also looked at" gates={of("secondary")} provisional={provisional} />
        </div>
      </div>
    </section>
  );
}

export function Gates({ gates, title, provisional }: { title: string; gates: readonly Gate[]; provisional: boolean }) {
  if (gates.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {gates.map((gate) => (
          <Criterion key={gate.gate} gate={gate} provisional={provisional} />
        ))}
      </ul>
    </>
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
          <strong>{begin(words(gate.gate))}</strong> <span class="soft">{word}</span>
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
        <dd class="total">
          {score(parts.total)} <span class="soft">of 100{provisional ? ", provisional" : "; 70 promotes"}</span>
        </dd>
        <span class="share" style={{ "--share": String(parts.total / 100) }} aria-hidden="true" />
      </div>
      {(Object.keys(most) as (keyof typeof most)[]).map((part) => (
        <div key={part}>
          <dt>{begin(words(part))}</dt>
          <dd>
            {score(parts[part])} <span class="soft">of {most[part]}</span>
          </dd>
          <span class="share" style={{ "--share": String(parts[part] / most[part]) }} aria-hidden="true" />
        </div>
      ))}
    </dl>
  );
}
