import type * as z from "zod";
import type { ComparisonAnswer } from "../../shared/api/contract/comparison.ts";
import type { ErrorCode } from "../../shared/api/contract/errors.ts";
import type { EventAnswer, HistoryAnswer } from "../../shared/api/contract/event.ts";
import type {
  deployRequest,
  promoteRequest,
  reasonRequest,
  reportQuery,
  rollbackRequest,
} from "../../shared/api/contract/requests.ts";
import type {
  DeployedAnswer,
  PausedAnswer,
  PromotedAnswer,
  RetiredAnswer,
  RollbackAnswer,
} from "../../shared/api/contract/roles.ts";
import type { StatusAnswer } from "../../shared/api/contract/status.ts";
import type { AllocationAnswer, HealthAnswer, ReportAnswer } from "../../shared/api/contract/system.ts";
import type { EventType } from "../../shared/domain/event.ts";
import { plainText } from "../../shared/domain/plain-text.ts";
import { CommandError } from "../terminal/command-line.ts";
import { gatewayRegion, makeSigner, type Signer } from "./aws-signing.ts";

/** The HTTP interface as the commands use it. */

/** Where `npm start` has it. */
export const DEFAULT_URL = "http://127.0.0.1:8000";

/** It answered, but with an error. */
export class ApiRefusal extends CommandError {
  override name = "ApiRefusal";
  readonly status: number;
  readonly code: ErrorCode | "UNKNOWN";

  constructor(options: { status: number; code: ErrorCode | "UNKNOWN"; message: string }) {
    super(options.message);
    this.status = options.status;
    this.code = options.code;
  }
}

/** Nothing answered, or something that is not Understudy. */
export class ApiAway extends CommandError {
  override name = "ApiAway";
}

type ReasonBody = z.input<ReturnType<typeof reasonRequest>>;

const TIMEOUT_MS = 20_000;
const PAGE_EVENTS = 200;
/** Pages of history read at most: 20,000 events. */
const PAGES_MAX = 100;

export class Api {
  readonly url: string;
  readonly #signal: AbortSignal | undefined;
  /** null: the API takes anybody, as a local one does */
  readonly #sign: Signer | null;

  constructor(url: string, signal?: AbortSignal) {
    this.url = url;
    this.#signal = signal;
    const region = gatewayRegion(url);
    this.#sign = region === null ? null : makeSigner(region);
  }

  status(): Promise<StatusAnswer> {
    return this.#ask("GET", "/shadow/status");
  }

  health(): Promise<HealthAnswer> {
    return this.#ask("GET", "/health");
  }

  /** Null when no look ever compared this model with a champion, or the model is unknown. */
  async comparison(model: string): Promise<ComparisonAnswer | null> {
    try {
      return await this.#ask("GET", `/shadow/comparison/${encodeURIComponent(model)}`);
    } catch (error) {
      if (error instanceof ApiRefusal && error.status === 404) return null;
      throw error;
    }
  }

  /** The champion's name alone: the cheapest question about roles. */
  async champion(): Promise<string> {
    return (await this.#ask<AllocationAnswer>("GET", "/shadow/allocation")).champion;
  }

  deploy(body: z.input<ReturnType<typeof deployRequest>>): Promise<DeployedAnswer> {
    return this.#ask("POST", "/shadow/deploy", body);
  }

  promote(model: string, body: z.input<ReturnType<typeof promoteRequest>>): Promise<PromotedAnswer> {
    return this.#ask("POST", `/shadow/promote/${encodeURIComponent(model)}`, body);
  }

  rollback(body: z.input<ReturnType<typeof rollbackRequest>>): Promise<RollbackAnswer> {
    return this.#ask("POST", "/shadow/rollback", body);
  }

  retire(model: string, body: ReasonBody): Promise<RetiredAnswer> {
    return this.#ask("DELETE", `/shadow/challengers/${encodeURIComponent(model)}`, body);
  }

  pause(body: ReasonBody): Promise<PausedAnswer> {
    return this.#ask("POST", "/shadow/pause", body);
  }

  resume(body: ReasonBody): Promise<PausedAnswer> {
    return this.#ask("POST", "/shadow/resume", body);
  }

  report(period: z.input<ReturnType<typeof reportQuery>>): Promise<ReportAnswer> {
    return this.#ask("GET", `/shadow/report${queryOf(period)}`);
  }

  /** One page of events, newest first. */
  history(options: {
    limit: number;
    cursor?: string | null;
    type?: EventType | undefined;
    model?: string | undefined;
  }): Promise<HistoryAnswer> {
    const { limit, cursor, type, model } = options;
    return this.#ask("GET", `/shadow/history${queryOf({ limit: String(limit), cursor, type, model_name: model })}`);
  }

  /** All events, oldest first. */
  async wholeHistory(): Promise<EventAnswer[]> {
    const events: EventAnswer[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < PAGES_MAX; page++) {
      const answer: HistoryAnswer = await this.history({ limit: PAGE_EVENTS, cursor });
      events.push(...answer.events);
      cursor = answer.cursor;
      if (!cursor) break;
    }
    return events.reverse();
  }

  /** An answer as it came, for those who examine the interface itself. */
  async raw(method: string, path: string): Promise<{ status: number; body: unknown }> {
    const { status, text, isText } = await this.#fetch(method, path, undefined);
    return { status, body: isText ? text : parse(text) };
  }

  async #ask<T>(method: string, path: string, data?: unknown): Promise<T> {
    const { status, text } = await this.#fetch(method, path, data === undefined ? undefined : JSON.stringify(data));
    const answer = parse(text) as { status?: string; data?: T; code?: ErrorCode; message?: string } | null;
    if (answer?.status === "success") return answer.data as T;
    if (answer?.status === "error") {
      throw new ApiRefusal({ status, code: answer.code ?? "UNKNOWN", message: answer.message ?? text });
    }
    const why = status === 403 && answer?.message ? `: ${answer.message}` : ", but not as Understudy does";
    throw new ApiAway(`${this.url}${path} answered ${status}${why}`);
  }

  async #fetch(method: string, path: string, body: string | undefined) {
    const url = `${this.url}${path}`;
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const signal = this.#signal ? AbortSignal.any([this.#signal, timeout]) : timeout;
    const headers = this.#sign
      ? await this.#sign({ method, url, body })
      : body === undefined
        ? {}
        : { "content-type": "application/json" };
    try {
      const response = await fetch(url, { method, signal, headers, ...(body === undefined ? {} : { body }) });
      const isText = response.headers.get("content-type")?.startsWith("text/plain") === true;
      return { status: response.status, text: await response.text(), isText };
    } catch (error) {
      this.#signal?.throwIfAborted();
      throw new ApiAway(`no answer from ${this.url}: ${whyAway(error)}`);
    }
  }
}

/** A query of the parts that are there. */
function queryOf(parts: Record<string, string | null | undefined>): string {
  const given = Object.entries(parts).filter((part): part is [string, string] => part[1] != null && part[1] !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

/** Whatever an answer quotes, such as the name of a quarantined trade, is going to be printed. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text, (_name, value) => (typeof value === "string" ? plainText(value) : value));
  } catch {
    return null;
  }
}

function whyAway(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `nothing came within ${TIMEOUT_MS / 1000} s`;
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  if (cause?.code === "ECONNREFUSED") return "nothing listens there";
  return cause?.message || error.message;
}
