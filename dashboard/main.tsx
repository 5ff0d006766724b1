import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import "uplot/dist/uPlot.min.css";
import "./styles/palette.css";
import "./styles/base.css";
import "./styles/header.css";
import "./styles/tables.css";
import "./styles/charts.css";
import "./styles/sections.css";
import "./styles/dialogs.css";
import { type Action, ActionDialog } from "./actions.tsx";
import type { Allocation, Health, History, Paths, Report, Status, Watch } from "./client.ts";
import { type Live, useLive } from "./live.ts";
import { Weights } from "./views/allocation.tsx";
import { Challengers } from "./views/challengers.tsx";
import { Condition } from "./views/condition.tsx";
import { Criteria } from "./views/criteria.tsx";
import { Evidence } from "./views/evidence.tsx";
import { Guard, SinceRollback } from "./views/guard.tsx";
import { Header, Notices } from "./views/header.tsx";
import { Alerts, Quarantine, ReportView } from "./views/records.tsx";
import { Timeline } from "./views/timeline.tsx";

/** The page: what the numbers decide, and why. */

const OFTEN_MS = 5000;
const SELDOM_MS = 30_000;
const PAGE_EVENTS = 20;
const EVENTS_MAX = 200;

function Page() {
  const [events, setEvents] = useState(PAGE_EVENTS);
  const status = useLive<Status>("/shadow/status", OFTEN_MS);
  const health = useLive<Health>("/health", OFTEN_MS);
  const [wanted, setWanted] = useState<string | null>(null);
  const chosen = status.data && chosenOf(status.data, wanted);
  const seats = useSeats(status.data, chosen);
  const pathsOf = new Map(seats.flatMap(({ data }) => (data ? [[data.challenger, data] as const] : [])));
  const paths = chosen === null ? undefined : pathsOf.get(chosen);
  const watch = useLive<Watch>("/shadow/watch", OFTEN_MS);
  const history = useLive<History>(`/shadow/history?limit=${events}`, OFTEN_MS);
  const champion = status.data?.champion?.model_name ?? null;
  const newest = history.data && (history.data.events[0]?.event_id ?? "none");
  const allocation = useLive<Allocation>(champion === null ? null : "/shadow/allocation", SELDOM_MS, newest);
  const report = useLive<Report>("/shadow/report", SELDOM_MS, newest);
  const [action, setAction] = useState<Action | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const lost = [status, health, ...seats, watch, history, allocation, report].some((live) => live.lost);
  const finish = (sentence: string | null) => {
    setAction(null);
    if (sentence === null) return;
    setDone(sentence);
    for (const live of [status, ...seats, watch, history, allocation, report]) live.refresh();
  };
  useTitle(champion);
  if (status.refused) return <Refused message={status.refused.message} />;
  if (!status.data) return <Waiting lost={lost} />;
  return (
    <>
      <Notices status={status.data} health={health.data} lost={lost} />
      <Header status={status.data} health={health.data} watch={watch.data} lost={lost} onAct={setAction} />
      <p class="done" role="status">
        {done ? <bdi>{done}</bdi> : null}
      </p>
      <main>
        <Challengers status={status.data} chosen={chosen} pathsOf={pathsOf} onChoose={setWanted} onAct={setAction} />
        {paths ? <Evidence key={chosen} paths={paths} /> : null}
        {paths ? <Criteria paths={paths} /> : null}
        {watch.data?.since_rollback ? <SinceRollback since={watch.data.since_rollback} /> : null}
        {watch.data?.champion ? <Guard watch={watch.data} /> : null}
        {watch.data?.champion ? <Condition watch={watch.data} /> : null}
        {allocation.data ? <Weights allocation={allocation.data} posteriors={watch.data?.posteriors ?? null} /> : null}
        <div class="columns">
          {history.data && history.data.events.length > 0 ? (
            <Alerts history={history.data} health={health.data} />
          ) : null}
          <Quarantine status={status.data} />
        </div>
        {report.data && champion !== null ? <ReportView report={report.data} /> : null}
        {history.data ? (
          <Timeline history={history.data} more={() => setEvents(Math.min(EVENTS_MAX, events + PAGE_EVENTS))} />
        ) : null}
      </main>
      {action ? (
        <ActionDialog action={action} champion={champion} archive={status.data.archive} onDone={finish} />
      ) : null}
    </>
  );
}

/** Evidence of every challenger, of which there are three at most; without any, of the champion that was one. */
function useSeats(status: Status | null, chosen: string | null): Live<Paths>[] {
  const challengers = status?.challengers.map((m) => m.model_name) ?? [];
  const names = challengers.length > 0 ? challengers : chosen === null ? [] : [chosen];
  const pathOf = (name: string | undefined) =>
    name === undefined ? null : `/shadow/paths/${encodeURIComponent(name)}`;
  const first = useLive<Paths>(pathOf(names[0]), OFTEN_MS);
  const second = useLive<Paths>(pathOf(names[1]), OFTEN_MS);
  const third = useLive<Paths>(pathOf(names[2]), OFTEN_MS);
  return [first, second, third];
}

/** Whose evidence is shown: whom the person chose while it is there, else the one nearest to promotion, else the champion's own. */
function chosenOf(status: Status, wanted: string | null): string | null {
  const names = status.challengers.map((m) => m.model_name);
  if (wanted !== null && names.includes(wanted)) return wanted;
  const nearest = [...status.challengers].sort((a, b) => b.promotion_score - a.promotion_score)[0];
  if (nearest) return nearest.model_name;
  // A champion that was promoted still has the evidence it was promoted on.
  return status.champion?.guard ? status.champion.model_name : null;
}

function useTitle(champion: string | null): void {
  useEffect(() => {
    document.title = champion === null ? "Understudy" : `${champion} · Understudy`;
  }, [champion]);
}

function Refused({ message }: { message: string }) {
  return (
    <main class="alone">
      <h1>Understudy</h1>
      <p>{message}</p>
    </main>
  );
}

function Waiting({ lost }: { lost: boolean }) {
  return (
    <main class="alone" aria-live="polite">
      <h1>Understudy</h1>
      <p>{lost ? "Nothing answers yet; trying again." : "Reading …"}</p>
    </main>
  );
}

const place = document.getElementById("page");
if (place) {
  place.replaceChildren();
  render(<Page />, place);
}
