import { useEffect, useRef, useState } from "preact/hooks";
import { get, Refusal } from "./client.ts";

/** Answers that stay fresh: asked again and again, slower while nobody answers, not at all while nobody looks. */

const SLOWEST_MS = 30_000;

export type Live<T> = {
  /** the latest answer; null before the first */
  data: T | null;
  /** why there is none, when the API said no */
  refused: Refusal | null;
  /** the latest request got no answer, or a broken one */
  lost: boolean;
  /** asks now */
  refresh(): void;
};

type Held<T> = Omit<Live<T>, "refresh"> & { path: string | null; tag: string | null };
const nothing = { data: null, refused: null, lost: false, tag: null };

/**
 * @param path  null: nothing is asked
 * @param occasion  asked at once when this changes; null: not known yet
 */
export function useLive<T>(path: string | null, everyMs: number, occasion: string | null = null): Live<T> {
  const [held, setHeld] = useState<Held<T>>({ ...nothing, path });
  const again = useRef<() => void>(() => {});
  useEffect(() => {
    if (path === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    let failures = 0;
    const ask = async () => {
      clearTimeout(timer);
      if (!document.hidden) {
        const next = await answerOf<T>(path);
        if (ended) return;
        failures = next.lost ? failures + 1 : 0;
        setHeld((before) => merged(before, next, path));
      }
      timer = setTimeout(ask, Math.min(SLOWEST_MS, everyMs * 2 ** failures));
    };
    again.current = ask;
    const onShow = () => {
      if (!document.hidden) void ask();
    };
    document.addEventListener("visibilitychange", onShow);
    void ask();
    return () => {
      ended = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onShow);
    };
  }, [path, everyMs]);
  const askedAt = useRef(occasion);
  useEffect(() => {
    const isNews = askedAt.current !== null && askedAt.current !== occasion;
    askedAt.current = occasion;
    if (isNews) again.current();
  }, [occasion]);
  // What is held may still be about the path before.
  const present = held.path === path ? held : { ...nothing, path };
  return { ...present, refresh: () => again.current() };
}

async function answerOf<T>(path: string): Promise<Omit<Held<T>, "path">> {
  try {
    const { data, tag } = await get<T>(path);
    return { ...nothing, data, tag };
  } catch (error) {
    return error instanceof Refusal && !error.broken ? { ...nothing, refused: error } : { ...nothing, lost: true };
  }
}

/** An old answer stays on the page while nobody answers, and an unchanged one stays the same object: nothing is drawn anew. */
function merged<T>(before: Held<T>, next: Omit<Held<T>, "path">, path: string): Held<T> {
  if (before.path !== path) return { ...next, path };
  if (next.lost) return { ...before, lost: true };
  if (next.tag !== null && next.tag === before.tag) return before.lost ? { ...before, lost: false } : before;
  return { ...next, path };
}
