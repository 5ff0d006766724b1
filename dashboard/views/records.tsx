import type { Health, History, Report, Status } from "../client.ts";
import { begin, count, decimal, duration, money, percent, signed, when, words } from "../figures.ts";

/** What was counted: alerts that left the house, trades and models that were rejected, report. */

/** Newest alerts listed; the timeline has all. */
const ALERTS_SHOWN = 8;

type Event = History["events"][number];

const priorityTones: Record<Event["priority"], string> = { LOW: "", MEDIUM: "watch", HIGH: "watch", CRITICAL: "wrong" };

/** What left the house: alerts that wait first, and how long the published ones took. */
export function Alerts({ history, health }: { history: History; health: Health | null }) {
  const waiting = history.events.filter((event) => event.delivery.state === "waiting");
  const rest = history.events.filter((event) => event.delivery.state === "published");
  const shown = [...waiting, ...rest].slice(0, ALERTS_SHOWN);
  const outstanding = Math.max(waiting.length, health?.alerts_waiting ?? 0);
  return (
    <section aria-labelledby="alerts">
      <h2 id="alerts">Alerts</h2>
      <p class={outstanding > 0 && health?.healthy === false ? "wrong" : "soft"}>
        {outstanding === 0 ? "Every alert is published." : `${count(outstanding)} not published yet.`} A published alert
        has reached the topic; who gets it from there is up to its subscriptions.
      </p>
      {shown.length > 0 ? (
        <table class="cards brief">
          <thead>
            <tr>
              <th scope="col">Alert</th>
              <th scope="col">Priority</th>
              <th scope="col">Published (UTC)</th>
              <th scope="col" class="number">
                After
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((event) => (
              <tr key={event.event_id}>
                <th scope="row">
                  {begin(words(event.event_type))} {event.model_name === null ? null : <bdi>{event.model_name}</bdi>}
                </th>
                <td data-label="Priority">
                  <span class={`word ${priorityTones[event.priority]}`}>{event.priority.toLowerCase()}</span>
                </td>
                <td data-label="Published">
                  {event.delivery.published_at ? when(event.delivery.published_at) : <strong>not yet</strong>}
                </td>
                <td data-label="After" class="number">
                  {event.delivery.published_at
                    ? duration(Math.max(0, Date.parse(event.delivery.published_at) - Date.parse(event.at)))
                    : "–"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
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
      {departed.length > 0 ? (
        <ul class="departed">
          {departed.map((m) => (
            <li key={`${m.model_name} ${m.version} ${m.since}`}>
              <strong>
                <bdi>{m.model_name}</bdi>
              </strong>{" "}
              <span class="fine">
                version <bdi>{m.version}</bdi>, {m.role} since {when(m.since)} UTC
              </span>
              <p class="soft">
                <bdi>{m.reason}</bdi>
              </p>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

export function ReportView({ report }: { report: Report }) {
  const rows: [string, string][] = [
    ["Models tested", count(report.models_tested)],
    ["Promotions", `${count(report.promotions)} (${count(report.forced_promotions)} forced)`],
    ["Rollbacks", `${count(report.rollbacks)} (${count(report.automatic_rollbacks)} automatic)`],
    ["Rollback rate", percent(report.rollback_rate)],
    ["Proved worse", count(report.rejected_as_worse)],
    [
      "Win rate change",
      report.mean_win_rate_change === null ? "–" : `${decimal(100 * report.mean_win_rate_change, 1)} points`,
    ],
    ["Mean PnL change", signed(report.mean_pnl_change)],
    ["Net loss avoided on paper", money(report.paper_loss_avoided)],
    ["Signals to a decision", count(report.mean_signals_to_decision)],
    ["False promotions expected", `at most ${decimal(report.expected_false_promotions)}`],
  ];
  return (
    <section aria-labelledby="report">
      <h2 id="report">Report</h2>
      <dl class="report ten">
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
