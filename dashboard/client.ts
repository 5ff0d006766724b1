import type { AnswerOf } from "../shared/api/contract/routes.ts";

/** What the page asks of the API at its own address. Types are the contract's; nothing of it is bundled. */

export type Status = AnswerOf<"status">;
export type Challenger = Status["challengers"][number];
export type Paths = AnswerOf<"paths">;
export type Step = Paths["looks"][number];
export type Watch = AnswerOf<"watch">;
export type Health = AnswerOf<"health">;
export type History = AnswerOf<"history">;
export type Report = AnswerOf<"report">;
export type Allocation = AnswerOf<"allocation">;
export type Rehearsal = Extract<AnswerOf<"rollback">, { dry_run: true }>;

/** The API answered and said no. */
export class Refusal extends Error {
  override name = "Refusal";
  /** the API, or what stands before it, broke; asking again may help */
  readonly broken: boolean;

  constructor(message: string, broken: boolean) {
    super(message);
    this.broken = broken;
  }
}

const TIMEOUT_MS = 20_000;

export type Got<T> = { data: T; tag: string | null };

/** @throws Refusal what the API said; any other Error: it did not answer */
export async function get<T>(path: string): Promise<Got<T>> {
  const response = await fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MS), headers: tokenHeader() });
  return { data: await dataOf<T>(response), tag: response.headers.get("etag") };
}

/** One change; the key makes a repeated click the same request. */
export async function change<T>(method: "POST" | "DELETE", path: string, body: object, key: string): Promise<T> {
  const response = await fetch(path, {
    method,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { "content-type": "application/json", "idempotency-key": key, ...tokenHeader() },
    body: JSON.stringify(body),
  });
  return dataOf<T>(response);
}

/** A page of a deployed stage carries a token in its address, so that no other local program can use the person's credentials. */
function tokenHeader(): Record<string, string> {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  return token ? { "x-understudy-token": token } : {};
}

async function dataOf<T>(response: Response): Promise<T> {
  const body = (await response.json()) as { status?: string; data?: T; code?: string; message?: string };
  if (body.status === "success") return body.data as T;
  const broken = response.status >= 500 && body.code !== "DISABLED";
  throw new Refusal(body.message ?? `The API answered ${response.status}.`, broken);
}
