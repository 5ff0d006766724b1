import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { change, Refusal } from "./client.ts";

/** What every confirmation has: the frame, the reason, and one change sent under one key. */

/** Sends one change; the same key for every try of this dialog. */
export function useChange(onDone: (sentence: string | null) => void) {
  const key = useRef(crypto.randomUUID());
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const send = async <T,>(o: {
    method?: "POST" | "DELETE";
    path: string;
    body: object;
    done: ((answer: T) => string) | null;
  }): Promise<T | null> => {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await change<T>(o.method ?? "POST", o.path, o.body, key.current);
      // The next request of this dialog is another one.
      key.current = crypto.randomUUID();
      if (o.done) onDone(o.done(answer));
      return answer;
    } catch (error) {
      // Whether a broken request was done nobody knows: only the same key makes trying again safe.
      const refused = error instanceof Refusal && !error.broken;
      if (refused) key.current = crypto.randomUUID();
      setProblem(
        refused ? error.message : "No answer came. Whether it was done shows in the timeline; trying again is safe.",
      );
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, send };
}

export function Dialog(o: {
  title: string;
  children: ComponentChildren;
  confirm: string;
  grave?: boolean;
  busy: boolean;
  ready?: boolean;
  problem: string | null;
  onConfirm(): void;
  onClose(): void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    return () => opener?.focus();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={o.onClose}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (!o.busy && o.ready !== false) o.onConfirm();
        }}
      >
        <h2 id="dialog-title">{o.title}</h2>
        {o.children}
        {o.problem === null ? null : (
          <p class="problem" role="alert">
            {o.problem}
          </p>
        )}
        <div class="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class={o.grave ? "primary grave" : "primary"} disabled={o.busy || o.ready === false}>
            {o.busy ? "Working …" : o.confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}

export function Reason(o: { value: string; onInput(text: string): void; required?: boolean }) {
  return (
    <label>
      Reason{o.required ? "" : " (optional)"}
      <textarea
        name="reason"
        rows={2}
        maxLength={500}
        required={o.required ?? false}
        value={o.value}
        onInput={(event) => o.onInput(event.currentTarget.value)}
      />
    </label>
  );
}
