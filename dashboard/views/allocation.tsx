import { useMemo } from "preact/hooks";
import { Chart, type Line, type Tone } from "../chart.tsx";
import type { Allocation, Watch } from "../client.ts";
import { count, percent, signed } from "../figures.ts";

/** Who is given which share, and what is believed of each model's mean. */

export function Weights(o: { allocation: Allocation; posteriors: Watch["posteriors"] }) {
  const { allocation, posteriors } = o;
  const best = new Map(posteriors?.models.map((m) => [m.model_name, m.best]));
  const shares = Object.entries(allocation.weights).sort(([, a], [, b]) => b - a);
  return (
    <section aria-labelledby="allocation">
      <h2 id="allocation">Allocation</h2>
      <p class="soft">{allocation.reason}</p>
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
          </tr>
        </thead>
        <tbody>
          {shares.map(([name, weight]) => (
            <tr key={name}>
              <th scope="row">
                <bdi>{name}</bdi>
              </th>
              <td class="number" data-label="Share">
                <span class="share" style={{ "--share": String(weight) }} aria-hidden="true" /> {percent(weight)}
              </td>
              <td class="number" data-label="Chance to be best">
                {percent(allocation.probability_best[name] ?? best.get(name))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {posteriors ? <Beliefs posteriors={posteriors} /> : null}
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
    <>
      <h3>Believed mean PnL of a trade</h3>
      <Chart
        title={models
          .map((m) => `${m.model_name} ${signed(m.mean)} (${signed(m.low)} to ${signed(m.high)})`)
          .join(", ")}
        x={x}
        lines={lines}
        xLabel="mean PnL of a trade; posterior density"
        height={180}
        density
      />
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col" class="number">
              Mean (95 %)
            </th>
            <th scope="col" class="number">
              Trades
            </th>
          </tr>
        </thead>
        <tbody>
          {models.map((m) => (
            <tr key={m.model_name}>
              <th scope="row">
                <bdi>{m.model_name}</bdi>
              </th>
              <td class="number" data-label="Mean (95 %)">
                {signed(m.mean)} ({signed(m.low)} to {signed(m.high)})
              </td>
              <td class="number" data-label="Trades">
                {count(m.trades)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
