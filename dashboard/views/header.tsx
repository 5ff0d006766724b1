import type { Action } from "../actions.tsx";
import type { Health, Status } from "../client.ts";
import { count, duration, when } from "../figures.ts";

/** Who trades the money, whether anything acts by itself, and what happens next. */
export function Header(o: { status: Status; health: Health | null; lost: boolean; onAct(action: Action): void }) {
  const { champion, challengers, paused, archive } = o.status;
  const nearest = [...challengers].sort((a, b) => a.pairs_to_next_look - b.pairs_to_next_look)[0];
  return (
    <header class="top">
      <div class="who">
        <p class="overline">Champion</p>
        <h1>
          <bdi>{champion?.model_name ?? "Nobody yet"}</bdi>
        </h1>
        <p class="soft">
          {champion ? (
            <>
              version <bdi>{champion.version}</bdi> · since {when(champion.since)} UTC · {count(champion.trade_count)}{" "}
              trades
            </>
          ) : (
            "The first model deployed becomes champion."
          )}
        </p>
      </div>
      <dl class="facts">
        <Fact
          name="Automatic action"
          value={paused ? "Paused" : o.status.settings.auto_promote ? "On" : "Promotions by hand"}
        />
        <Fact name="Health" value={o.lost || !o.health ? "Unknown" : o.health.healthy ? "Good" : "See below"} />
        <Fact name="Ingest lag" value={duration(o.health?.stream?.lag_ms)} />
        <Fact
          name="Next look"
          value={nearest ? `in ${count(nearest.pairs_to_next_look)} signals` : "–"}
          detail={nearest?.model_name}
        />
      </dl>
      <nav class="buttons" aria-label="Actions">
        <button type="button" onClick={() => o.onAct({ kind: "deploy" })}>
          Deploy …
        </button>
        {champion ? (
          <button type="button" onClick={() => o.onAct({ kind: paused ? "resume" : "pause" })}>
            {paused ? "Resume …" : "Pause …"}
          </button>
        ) : null}
        {champion ? (
          <button type="button" disabled={archive.length === 0} onClick={() => o.onAct({ kind: "rollback" })}>
            Roll back …
          </button>
        ) : null}
      </nav>
    </header>
  );
}

function Fact(o: { name: string; value: string; detail?: string | undefined }) {
  return (
    <div>
      <dt>{o.name}</dt>
      <dd>
        {o.value}
        {o.detail ? (
          <span class="soft">
            {" "}
            <bdi>{o.detail}</bdi>
          </span>
        ) : null}
      </dd>
    </div>
  );
}

/** What everybody must know before reading on. Nothing stands here while all is well. */
export function Notices(o: { status: Status | null; health: Health | null; lost: boolean }) {
  const { paused } = o.status ?? { paused: null };
  return (
    <div class="notices" aria-live="polite">
      {o.lost ? (
        <p class="notice wrong" role="alert">
          <strong>Connection lost.</strong> What stands here may be old; trying again.
        </p>
      ) : null}
      {paused ? (
        <p class="notice">
          <strong>Paused</strong> since {when(paused.at)} UTC by <bdi>{paused.actor}</bdi>: <bdi>{paused.reason}</bdi>
        </p>
      ) : null}
      {(o.health?.problems ?? []).map((problem) => (
        <p class="notice wrong" key={problem}>
          <strong>Health.</strong> {problem}
        </p>
      ))}
    </div>
  );
}
