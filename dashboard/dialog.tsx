import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { change, Refusal } from "./client.ts";

/** What every confirmation has: the frame, the reason, and one change sent under one key. */

/** Sends one change; the same key for every try of this dialog. */
export function useChange(onDone: (sentence: string | null) => void) {
  const key = useRef(crypto.randomUUID());
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const send = async <T,>({
    method,
    path,
    body,
    done,
  }: {
    method?: "POST" | "DELETE";
    path: string;
    body: object;
    done: ((answer: T) => string) | null;
  }): Promise<T | null> => {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await change<T>(method ?? "POST", path, body, key.current);
      // The next request of this dialog is another one.
      key.current = crypto.randomUUID();
      if (done) onDone(done(answer));
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

export function Dialog({
  onClose,
  busy,
  ready,
  onConfirm,
  title,
  children,
  problem,
  grave,
  confirm,
}: {
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
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={onClose}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && ready !== false) onConfirm();
        }}
      >
        <h2 id="dialog-title">{title}</h2>
        {children}
        {problem === null ? null : (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <div class="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class={grave ? "primary grave" : "primary"} disabled={busy || ready === false}>
            {busy ? "Working …" : confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}

export function Reason({
  required,
  value,
  onInput,
}: {
  value: string;
  onInput(text: string): void;
  required?: boolean;
}) {
  return (
    <label>
      Reason{required ? "" : " (optional)"}
      <textarea
        name="reason"
        rows={2}
        maxLength={500}
        required={required ?? false}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}
