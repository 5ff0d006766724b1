import type { Allocation, History, Report, Status } from "../client.ts";
import { count, decimal, money, percent, signed, when, words } from "../figures.ts";

/** What happened and what was counted: timeline, allocation, models that left, rejected trades, report. */

export function Timeline(o: { history: History; more(): void }) {
  const { events, cursor } = o.history;
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      {events.length === 0 ? <p class="soft empty">Nothing happened yet.</p> : null}
      <ol class="timeline">
        {events.map((event) => (
          <li key={event.event_id} class={event.priority === "CRITICAL" ? "grave" : ""}>
            <details>
              <summary>
                <time dateTime={event.at}>{when(event.trade_time ?? event.at)}</time>{" "}
                <strong>{words(event.event_type)}</strong> <bdi>{event.summary}</bdi>
              </summary>
              <dl class="reasons">
                <dt>Reason</dt>
                <dd>
                  <bdi>{event.reason === "" ? "none given" : event.reason}</bdi>
                </dd>
                <dt>By</dt>
                <dd>
                  <bdi>{event.actor}</bdi>
                </dd>
                <dt>Recorded</dt>
                <dd>{when(event.at)} UTC</dd>
                <dt>Event</dt>
                <dd class="code">{event.event_id}</dd>
              </dl>
            </details>
          </li>
        ))}
      </ol>
      {cursor ? (
        <button type="button" onClick={o.more}>
          Earlier
        </button>
      ) : null}
    </section>
  );
}

export function Weights({ allocation }: { allocation: Allocation }) {
  const shares = Object.entries(allocation.weights).sort(([, a], [, b]) => b - a);
  return (
    <section aria-labelledby="allocation">
      <h2 id="allocation">Allocation</h2>
      <p class="soft">{allocation.reason}</p>
      <table>
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
              <td class="number">
                <span class="share" style={{ "--share": String(weight) }} aria-hidden="true" /> {percent(weight)}
              </td>
              <td class="number">{percent(allocation.probability_best[name])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Quarantine({ status }: { status: Status }) {
  const { rejected, departed } = status;
  return (
    <section aria-labelledby="quarantine">
      <h2 id="quarantine">Quarantine</h2>
      {rejected.length === 0 ? <p class="soft">No trade was rejected.</p> : null}
      {rejected.length > 0 ? (
        <table class="cards">
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col" class="number">
                Rejected trades
              </th>
              <th scope="col">Latest reason</th>
              <th scope="col">Latest trade</th>
            </tr>
          </thead>
          <tbody>
            {rejected.map((r) => (
              <tr key={r.model_name}>
                <th scope="row">
                  <bdi>{r.model_name}</bdi>
                </th>
                <td class="number" data-label="Rejected trades">
                  {count(r.count)}
                </td>
                <td data-label="Latest reason">
                  <bdi>{r.last_reason}</bdi>
                </td>
                <td data-label="Latest trade" class="code">
                  <bdi>{r.last_trade_id}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {departed.length > 0 ? <h3>Models that left</h3> : null}
      <ul class="departed">
        {departed.map((m) => (
          <li key={`${m.model_name} ${m.version} ${m.since}`}>
            <strong>
              <bdi>{m.model_name}</bdi>
            </strong>{" "}
            <span class="soft">
              version <bdi>{m.version}</bdi>, {m.role} since {when(m.since)} UTC
            </span>
            <br />
            <bdi>{m.reason}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function ReportView({ report }: { report: Report }) {
  const rows: [string, string][] = [
    ["Models tested", count(report.models_tested)],
    ["Promotions", `${count(report.promotions)} (${count(report.forced_promotions)} forced)`],
    ["Rollbacks", `${count(report.rollbacks)} (${count(report.automatic_rollbacks)} automatic)`],
    ["Rollback rate", percent(report.rollback_rate)],
    ["Rejected as worse", count(report.rejected_as_worse)],
    [
      "Win rate change",
      report.mean_win_rate_change === null ? "–" : `${decimal(100 * report.mean_win_rate_change, 1)} points`,
    ],
    ["Mean PnL change", signed(report.mean_pnl_change)],
    ["Loss avoided on paper", money(report.paper_loss_avoided)],
    ["Signals to a decision", count(report.mean_signals_to_decision)],
  ];
  return (
    <section aria-labelledby="report">
      <h2 id="report">Report</h2>
      <dl class="report">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
