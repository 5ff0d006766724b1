import type { Action } from "../actions.tsx";
import type { Health, Status, Watch } from "../client.ts";
import { begin, count, decimal, duration, percent, signed, when } from "../figures.ts";
import { standingOf } from "../standing.ts";

/** Who trades the money, since when, whether it is safe, and what happens next. */
export function Header({
  status,
  health,
  watch,
  lost,
  onAct,
}: {
  status: Status;
  health: Health | null;
  watch: Watch | null;
  lost: boolean;
  onAct(action: Action): void;
}) {
  const { champion, paused, archive } = status;
  // The guard below must not say another thing than the head of the page: both read the same answer.
  const guard = watch?.champion === champion?.model_name ? watch?.guard : undefined;
  const seen = champion && guard !== undefined ? { ...champion, guard } : champion;
  const standing = standingOf({ champion: seen, paused }, lost ? null : health);
  return (
    <header class="top">
      <div>
        <p class="overline">Champion</p>
        <div class="name">
          <h1>
            <bdi>{champion?.model_name ?? "Nobody yet"}</bdi>
          </h1>
          {standing ? <span class={`word ${standing.tone}`}>{standing.word}</span> : null}
        </div>
        {champion ? (
          <p class="soft since">
            <span>
              version <bdi>{champion.version}</bdi>
            </span>
            <span>since {when(champion.since)} UTC</span>
            <span>{count(champion.trade_count)} trades</span>
          </p>
        ) : (
          <p class="soft">The first model deployed becomes champion.</p>
        )}
        {standing ? (
          <p class="why">
            <bdi>{standing.why}</bdi>
          </p>
        ) : null}
      </div>
      <nav class="buttons" aria-label="Actions">
        <button type="button" class={champion ? "" : "primary"} onClick={() => onAct({ kind: "deploy" })}>
          Deploy …
        </button>
        {champion ? (
          <button type="button" onClick={() => onAct({ kind: paused ? "resume" : "pause" })}>
            {paused ? "Resume …" : "Pause …"}
          </button>
        ) : null}
        {champion ? (
          <button type="button" disabled={archive.length === 0} onClick={() => onAct({ kind: "rollback" })}>
            Roll back …
          </button>
        ) : null}
      </nav>
      {champion ? <Facts status={status} health={lost ? null : health} /> : null}
    </header>
  );
}

function Facts({ status, health }: { status: Status; health: Health | null }) {
  const { champion, challengers } = status;
  const metrics = champion?.metrics ?? null;
  const nearest = [...challengers].sort((a, b) => a.pairs_to_next_look - b.pairs_to_next_look)[0];
  return (
    <dl class="facts">
      <Fact
        name="PnL of its trades"
        value={signed(metrics?.total_pnl)}
        detail={metrics && champion ? pnlOver(metrics, champion.trade_count) : null}
      />
      <Fact
        name="Win rate"
        value={percent(metrics?.win_rate)}
        detail={metrics ? `Sharpe ${decimal(metrics.sharpe_ratio)}` : null}
      />
      <Fact name="Automatic action" value={automaticAction(status, health)} detail={heldBack(champion)} />
      <Fact
        name="Health"
        value={!health ? "Unknown" : health.healthy ? "Good" : "See above"}
        detail={waiting(health)}
      />
      <Fact
        name="Ingest lag"
        value={duration(health?.stream?.lag_ms)}
        detail={health?.stream ? "table to ledger" : null}
      />
      <Fact
        name="Next look"
        value={nearest ? `in ${count(nearest.pairs_to_next_look)} signals` : "–"}
        detail={nearest?.model_name}
      />
    </dl>
  );
}

/** Of a long life the status reads the newest trades only: about as many as this, whole blocks of them. */
const NEWEST = 5000;

const pnlOver = ({ n_trades, mean_pnl }: { n_trades: number; mean_pnl: number }, all: number): string =>
  n_trades >= NEWEST && n_trades < all
    ? `newest ${count(n_trades)} trades`
    : `${signed(mean_pnl)} a trade, money and paper`;

function automaticAction({ paused, settings }: Status, health: Health | null): string {
  if (paused) return "Paused";
  if (health && health.automatic_action.state !== "on") return "Off";
  return settings.auto_promote ? "On" : "Promotions by hand";
}

const heldBack = (champion: Status["champion"]): string | null =>
  champion?.cooldown ? `no promotion for ${count(champion.cooldown.trades_left)} trades` : null;

const waiting = (health: Health | null): string | null =>
  health?.alerts_waiting ? `${count(health.alerts_waiting)} alerts not published yet` : null;

function Fact({ name, value, detail }: { name: string; value: string; detail?: string | null | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {detail ? (
          <>
            {" "}
            <span class="soft">
              <bdi>{detail}</bdi>
            </span>
          </>
        ) : null}
      </dd>
    </div>
  );
}

/** What everybody must know before reading on. Nothing stands here while all is well. */
export function Notices({ status, lost, health }: { status: Status | null; health: Health | null; lost: boolean }) {
  const { paused } = status ?? { paused: null };
  return (
    <div class="notices" aria-live="polite">
      {lost ? (
        <p class="notice wrong" role="alert">
          <strong>Connection lost.</strong> What stands here may be old; trying again.
        </p>
      ) : null}
      {paused ? (
        <p class="notice">
          <strong>Paused</strong> since {when(paused.at)} UTC by <bdi>{paused.actor}</bdi>: <bdi>{paused.reason}</bdi>
        </p>
      ) : null}
      {status?.champion?.breaker ? (
        <p class="notice wrong">
          <strong>Money held back.</strong> {percent(status.champion.breaker.share)} of the money trades until somebody
          resumes: <bdi>{status.champion.breaker.reason}</bdi>
        </p>
      ) : null}
      {(health?.problems ?? []).map((problem) => (
        <p class="notice wrong" key={problem}>
          <strong>Health.</strong> <bdi>{begin(problem)}</bdi>
        </p>
      ))}
    </div>
  );
}
