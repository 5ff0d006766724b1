import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Rehearsal, Status } from "./client.ts";
import { Dialog, Reason, useChange } from "./dialog.tsx";

/** What a person can do here: each with what it will do, a reason, a confirmation, and the champion it was meant for. */

export type Action =
  | { kind: "promote"; challenger: string; approved: boolean }
  | { kind: "rollback" }
  | { kind: "pause" }
  | { kind: "resume" }
  | { kind: "deploy" }
  | { kind: "retire"; challenger: string };

type Props = {
  action: Action;
  champion: string | null;
  archive: Status["archive"];
  onDone(sentence: string | null): void;
};

export function ActionDialog(live: Props) {
  // Whoever becomes champion while a dialog is open is not the one the person saw: the API must say so.
  const [seen] = useState({ champion: live.champion, archive: live.archive });
  const props = { ...live, ...seen };
  switch (props.action.kind) {
    case "promote":
      return <Promote {...props} action={props.action} />;
    case "rollback":
      return <Rollback {...props} />;
    case "pause":
      return (
        <Simple
          {...props}
          title="Pause automatic action"
          path="/shadow/pause"
          confirm="Pause"
          done="Automatic action is paused."
        >
          Nothing is promoted, retired or rolled back by itself until somebody resumes. Trades go on being kept.
        </Simple>
      );
    case "resume":
      return (
        <Simple
          {...props}
          title="Resume automatic action"
          path="/shadow/resume"
          confirm="Resume"
          done="Automatic action is resumed."
        >
          Looks and guard act again, on all trades kept meanwhile.
        </Simple>
      );
    case "retire":
      return <Retire {...props} challenger={props.action.challenger} />;
    case "deploy":
      return <Deploy {...props} />;
  }
}

const given = (reason: string): { reason?: string } => (reason.trim() === "" ? {} : { reason });

function Simple({
  onDone,
  title,
  confirm,
  path,
  done,
  children,
}: Props & { title: string; path: string; confirm: string; done: string; children: ComponentChildren }) {
  const [reason, setReason] = useState("");
  const { busy, problem, send } = useChange(onDone);
  return (
    <Dialog
      title={title}
      confirm={confirm}
      busy={busy}
      problem={problem}
      onConfirm={() => void send({ path, body: given(reason), done: () => done })}
      onClose={() => onDone(null)}
    >
      <p>{children}</p>
      <Reason value={reason} onInput={setReason} />
    </Dialog>
  );
}

function Promote({ action, onDone, champion }: Props & { action: { challenger: string; approved: boolean } }) {
  const { challenger, approved } = action;
  const [reason, setReason] = useState("");
  const { busy, problem, send } = useChange(onDone);
  const body = { ...given(reason), ...(approved ? {} : { force: true }), ...expected(champion) };
  return (
    <Dialog
      title={`Promote ${challenger}`}
      confirm={approved ? "Promote" : "Promote without proof"}
      grave={!approved}
      busy={busy}
      ready={approved || reason.trim() !== ""}
      problem={problem}
      onConfirm={() =>
        void send<{ champion: string }>({
          path: `/shadow/promote/${encodeURIComponent(challenger)}`,
          body,
          done: (answer) => `${answer.champion} is champion now.`,
        })
      }
      onClose={() => onDone(null)}
    >
      <p>
        <strong>{challenger}</strong> will trade the money instead of <strong>{champion ?? "nobody"}</strong>, which
        goes to the archive and can be restored. Every other challenger starts again at zero.
      </p>
      {approved ? null : (
        <p class="problem">
          Its latest look does not approve it. Promoting all the same is recorded as forced and needs a reason.
        </p>
      )}
      <Reason value={reason} onInput={setReason} required={!approved} />
    </Dialog>
  );
}

const expected = (champion: string | null): { expected_champion?: string } =>
  champion === null ? {} : { expected_champion: champion };

/** First the dry run: what is confirmed is what the API said it would do. */
function Rollback({ onDone, archive, champion }: Props) {
  const [reason, setReason] = useState("");
  const [rehearsed, setRehearsed] = useState<Rehearsal | null>(null);
  const { busy, problem, send } = useChange(onDone);
  const newest = archive.find((m) => !m.passed_over)?.model_name ?? "";
  const [to, setTo] = useState(newest);
  const body = { reason, ...(to === newest ? {} : { to }), ...expected(champion) };
  const rehearse = async () =>
    setRehearsed(await send<Rehearsal>({ path: "/shadow/rollback", body: { ...body, dry_run: true }, done: null }));
  const carryOut = () =>
    send<{ restored: string }>({
      path: "/shadow/rollback",
      body: { ...body, to: rehearsed!.restored },
      done: (answer) => `${answer.restored} is champion again.`,
    });
  return (
    <Dialog
      title="Roll back the champion"
      confirm={rehearsed ? `Restore ${rehearsed.restored}` : "Show what would happen"}
      grave={rehearsed !== null}
      busy={busy}
      ready={reason.trim() !== ""}
      problem={problem}
      onConfirm={() => void (rehearsed ? carryOut() : rehearse())}
      onClose={() => onDone(null)}
    >
      {rehearsed ? (
        <Rehearsed rehearsal={rehearsed} />
      ) : (
        <>
          <p>
            A former champion takes over from <strong>{champion ?? "nobody"}</strong>, which is quarantined: only a new
            version of it may enter again.
          </p>
          {archive.length > 1 ? (
            <label>
              Restore
              <select name="to" value={to} onChange={(event) => setTo(event.currentTarget.value)}>
                {archive.map((m) => (
                  <option key={m.model_name} value={m.model_name}>
                    {m.model_name}
                    {m.model_name === newest ? " (the newest)" : ""}
                  </option>
                ))}
              </select>
            </label>
          ) : null}
        </>
      )}
      <Reason value={reason} onInput={setReason} required />
    </Dialog>
  );
}

function Rehearsed({ rehearsal }: { rehearsal: Rehearsal }) {
  return (
    <div class="rehearsal">
      <p>Nothing was done yet. It would:</p>
      <ul>
        <li>
          restore <strong>{rehearsal.restored}</strong>
        </li>
        <li>
          quarantine <strong>{rehearsal.demoted}</strong>
        </li>
        {rehearsal.challengers_restarted.length > 0 ? (
          <li>start again at zero: {rehearsal.challengers_restarted.join(", ")}</li>
        ) : null}
      </ul>
    </div>
  );
}

function Retire({ onDone, challenger }: Props & { challenger: string }) {
  const [reason, setReason] = useState("");
  const { busy, problem, send } = useChange(onDone);
  return (
    <Dialog
      title={`Retire ${challenger}`}
      confirm="Retire"
      grave
      busy={busy}
      problem={problem}
      onConfirm={() =>
        void send({
          method: "DELETE",
          path: `/shadow/challengers/${encodeURIComponent(challenger)}`,
          body: given(reason),
          done: () => `${challenger} is retired.`,
        })
      }
      onClose={() => onDone(null)}
    >
      <p>
        <strong>{challenger}</strong> leaves the test. Only a new version of it may enter again; its place goes to the
        queue.
      </p>
      <Reason value={reason} onInput={setReason} />
    </Dialog>
  );
}

const fields = [
  { name: "model_name", label: "Name, as the ensemble writes it into trades", max: 64, required: true },
  { name: "model_type", label: "Type, for people: xgboost, lightgbm …", max: 64, required: true },
  { name: "version", label: "Version (each enters once)", max: 64, required: false },
  { name: "description", label: "Description", max: 500, required: false },
] as const;

function Deploy({ onDone, champion }: Props) {
  const [values, setValues] = useState<Record<string, string>>({});
  const { busy, problem, send } = useChange(onDone);
  const body = Object.fromEntries(Object.entries(values).filter(([, text]) => text.trim() !== ""));
  return (
    <Dialog
      title="Deploy a model"
      confirm="Deploy"
      busy={busy}
      ready={fields.every((f) => !f.required || (values[f.name] ?? "").trim() !== "")}
      problem={problem}
      onConfirm={() =>
        void send<{ model_name: string; role: string }>({
          path: "/shadow/deploy",
          body,
          done: (answer) => `${answer.model_name} is deployed: ${answer.role}.`,
        })
      }
      onClose={() => onDone(null)}
    >
      <p>{champion === null ? "The first model becomes champion." : "It trades on paper until it is proved better."}</p>
      {fields.map((field) => (
        <label key={field.name}>
          {field.label}
          {field.required ? "" : " (optional)"}
          <input
            name={field.name}
            maxLength={field.max}
            required={field.required}
            value={values[field.name] ?? ""}
            onInput={(event) => setValues({ ...values, [field.name]: event.currentTarget.value })}
          />
        </label>
      ))}
    </Dialog>
  );
}
