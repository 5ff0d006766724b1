import { delay } from "../delay.ts";
import type { Log } from "../log.ts";
import { type Message, messageFor } from "./message.ts";
import type { Receiver } from "./receivers.ts";

/**
 * Hands the topic's messages to the receivers, as SNS does for its HTTPS subscribers: each has a queue of its own, in order and at least once
 * under one event id (header Idempotency-Key), and a receiver that is away holds nobody else up.
 */

/** A queue of messages; one that was taken comes back unless it is removed. */
export type Inbox = {
  /** Waits until there is one, or gives undefined after a while. */
  take(signal: AbortSignal): Promise<{ text: string; remove(): Promise<void> } | undefined>;
};

const ANSWER_MS_MAX = 5_000;
const ATTEMPTS_MAX = 6;
/** Doubles from the first to the last: about half a minute of tries a message. */
const PAUSE_MS = { first: 1_000, most: 15_000 };

export type Deliveries = { stop(): Promise<void> };

export function startDeliveries(options: {
  receivers: readonly { receiver: Receiver; inbox: Inbox }[];
  log: Log;
  /** For tests: shorter than above. */
  pauseMs?: typeof PAUSE_MS;
}): Deliveries {
  const stopping = new AbortController();
  const running = options.receivers.map(({ receiver, inbox }) =>
    deliverAll(receiver, inbox, { ...options, pauseMs: options.pauseMs ?? PAUSE_MS, signal: stopping.signal }),
  );
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

type Running = { log: Log; signal: AbortSignal; pauseMs: typeof PAUSE_MS };

async function deliverAll(receiver: Receiver, inbox: Inbox, options: Running): Promise<void> {
  while (!options.signal.aborted) {
    try {
      const message = await inbox.take(options.signal);
      if (!message) continue;
      await deliver(receiver, messageFor(receiver, message.text), options);
      if (!options.signal.aborted) await message.remove();
    } catch (error) {
      if (options.signal.aborted) return;
      options.log({
        source: receiver.name,
        level: "error",
        text: `alerts cannot be read: ${(error as Error).message}`,
      });
      await delay(options.pauseMs.most, options.signal);
    }
  }
}

/** Tries until it is taken, refused for what it is, or tried often enough; every alert stays in history whatever becomes of it here. */
async function deliver(receiver: Receiver, message: Message, options: Running): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await post(receiver, message, options.signal);
    if (options.signal.aborted) return;
    if (outcome === "taken") return;
    const isLast = outcome.forGood || attempt === ATTEMPTS_MAX;
    if (isLast) {
      const text = `an alert was not taken at attempt ${attempt}: ${outcome.why}; it stands in history`;
      return options.log({ source: receiver.name, level: "error", text });
    }
    const pauseMs = Math.min(options.pauseMs.most, outcome.waitMs ?? options.pauseMs.first * 2 ** (attempt - 1));
    await delay(pauseMs, options.signal);
  }
}

type Refusal = { why: string; forGood: boolean; waitMs?: number };

/** One attempt. What is said of a failure never holds the address, nor anything the other side wrote. */
async function post(receiver: Receiver, message: Message, signal: AbortSignal): Promise<"taken" | Refusal> {
  try {
    const response = await fetch(receiver.url, {
      method: "POST",
      ...message,
      // Somebody else's address: the alert is not for whoever answers there.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS_MAX)]),
    });
    await response.body?.cancel();
    if (response.ok) return "taken";
    const { status } = response;
    const seconds = Number(response.headers.get("retry-after"));
    return {
      why: `it answers ${status}${hints[status] ? ` (${hints[status]})` : ""}`,
      forGood: status < 500 && status !== 408 && status !== 429,
      ...(seconds > 0 && { waitMs: seconds * 1000 }),
    };
  } catch (error) {
    const { name, cause } = error as Error & { cause?: NodeJS.ErrnoException };
    const why =
      name === "TimeoutError" ? `no answer within ${ANSWER_MS_MAX / 1000} s` : (cause?.code ?? "not reachable");
    return { why, forGood: false };
  }
}

const hints: Readonly<Record<number, string>> = {
  400: "is the chat the right one?",
  401: "is the token the right one?",
  403: "it may not write there",
  404: "is the address the right one?",
};
