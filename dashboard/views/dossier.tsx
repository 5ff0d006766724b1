import type { ComponentChildren } from "preact";
import type { Step } from "../client.ts";
import { begin, count, decimal, score, when, words } from "../figures.ts";

export const scaleNames: Record<string, string> = { hac: "row by row", blocks: "in blocks", tenths: "in ten parts" };
export const routeNames: Record<string, string> = { mean: "Mean PnL", sharpe: "Sharpe ratio" };

const verdicts: Record<Step["verdict"], { word: string; tone: string }> = {
  approve: { word: "Approved", tone: "good" },
  "manual-review": { word: "A person decides", tone: "watch" },
  reject: { word: "Worse so far", tone: "" },
  "not-yet": { word: "Not yet", tone: "" },
  "no-data": { word: "No data", tone: "watch" },
  retire: { word: "Retired", tone: "" },
};

/** The sentence of one look's decision, with all of its numbers. */
export function Dossier({ step, sentence, children }: { step: Step; sentence: string; children: ComponentChildren }) {
  const { word, tone } = verdicts[step.verdict];
  return (
    <div class="decision">
      <div>
        <p class="head">
          <strong>
            {step.provisional ? "Now" : "Look"} at {count(step.n)} signals
          </strong>{" "}
          <span class={`word ${tone}`}>{word}</span>{" "}
          <span class="fine">
            score {score(step.score)} · {when(step.at)} UTC{step.provisional ? " · provisional, decides nothing" : ""}
          </span>
        </p>
        <p class="sentence">
          <bdi>{sentence}</bdi>
        </p>
        {children}
      </div>
      <Scales step={step} />
    </div>
  );
}

/** Every route on every scale against what it must reach; a route is proved when all of its scales are. */
function Scales({ step }: { step: Step }) {
  const scales = step.routes[0]?.scales.map((s) => s.scale) ?? [];
  return (
    <table class="scales">
      <thead>
        <tr>
          <th scope="col">z of boundary</th>
          {scales.map((name) => (
            <th scope="col" class="number" key={name}>
              {begin(scaleNames[name] ?? words(name))}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {step.routes.map((r) => (
          <tr key={r.route}>
            <th scope="row">{routeNames[r.route] ?? words(r.route)}</th>
            {r.scales.map((s) => (
              <td class="number" key={s.scale}>
                <span class={s.clears ? "reached" : ""}>
                  {decimal(s.z)}
                  <span class="unseen">{s.clears ? ", reached" : ", not reached"}</span>
                </span>{" "}
                <span class="soft">of {decimal(s.boundary)}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
