import { useMemo } from "preact/hooks";
import { Chart } from "../chart.tsx";
import type { Allocation, Watch } from "../client.ts";
import { begin, percent, signed } from "../figures.ts";
import type { Line, Tone } from "../lines.ts";

/** Who is given which share, and what is believed of each model's mean. */

export function Weights({ allocation, posteriors }: { allocation: Allocation; posteriors: Watch["posteriors"] }) {
  const beliefs = new Map(posteriors?.models.map((m) => [m.model_name, m]));
  const shares = Object.entries(allocation.weights).sort(([, a], [, b]) => b - a);
  return (
    <section aria-labelledby="allocation">
      <h2 id="allocation">Allocation</h2>
      <div class="beside">
        <div>
          <p class="soft">{begin(allocation.reason)}</p>
          <table class="cards">
            <thead>
              <tr>
                <th scope="col">Model</th>
                <th scope="col" class="number">
                  Share
                </th>
                <th scope="col" class="number">
                  Chance to be best
                </th>
                <th scope="col" class="number">
                  Mean PnL (95 %)
                </th>
              </tr>
            </thead>
            <tbody>
              {shares.map(([name, weight]) => {
                const belief = beliefs.get(name);
                return (
                  <tr key={name}>
                    <th scope="row">
                      <bdi>{name}</bdi>
                    </th>
                    <td class="number" data-label="Share">
                      <span class="share" style={{ "--share": String(weight) }} aria-hidden="true" /> {percent(weight)}
                    </td>
                    <td class="number" data-label="Chance to be best">
                      {percent(allocation.probability_best[name] ?? belief?.best)}
                    </td>
                    <td class="number" data-label="Mean PnL (95 %)">
                      {signed(belief?.mean)}{" "}
                      {belief ? (
                        <span class="soft line2">
                          {signed(belief.low)} to {signed(belief.high)}
                        </span>
                      ) : null}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
        {posteriors ? <Beliefs posteriors={posteriors} /> : null}
      </div>
    </section>
  );
}

type Posteriors = NonNullable<Watch["posteriors"]>;

const tones: readonly Tone[] = ["champion", "challenger", "difference", "fourth"];

/** What Thompson sampling believes of each model's mean: the narrower a curve, the more is known; the further right, the better. */
function Beliefs({ posteriors }: { posteriors: Posteriors }) {
  const { x, models } = posteriors;
  const lines = useMemo(
    () =>
      models.map((m, i): Line => ({ label: m.model_name, tone: tones[i] ?? "muted", values: m.density, dash: i > 1 })),
    [models],
  );
  return (
    <Chart
      title={models.map((m) => `${m.model_name} ${signed(m.mean)} (${signed(m.low)} to ${signed(m.high)})`).join(", ")}
      name="Believed mean PnL of a trade"
      x={x}
      lines={lines}
      xLabel="mean PnL of a trade; posterior density"
      height={200}
      density
    />
  );
}
