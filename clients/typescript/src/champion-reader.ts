/** Who trades real money. */

export type ChampionReaderOptions = {
  /** the API's address */
  url: string;
  /** makes the request headers a deployed API asks for (SigV4); a local one takes anybody */
  sign?: (request: { method: "GET"; url: string }) => Promise<Record<string, string>>;
  /** while a champion is not asked for again; default 1000 */
  freshForMs?: number;
  /** a question may take so long; default 2000 */
  timeoutMs?: number;
  /** the same while no champion is known: there is nobody to go on with, and a function may start cold; default 10,000 */
  firstTimeoutMs?: number;
  now?: () => number;
};

/** Asks the API who the champion is, and remembers: while it does not answer, the last known one goes on. */
export class ChampionReader {
  readonly #options: Required<Omit<ChampionReaderOptions, "sign">> & Pick<ChampionReaderOptions, "sign">;
  #champion: string | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #readAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;

  constructor(options: ChampionReaderOptions) {
    this.#options = {
      freshForMs: 1000,
      timeoutMs: 2000,
      firstTimeoutMs: 10_000,
      now: () => performance.now(),
      ...options,
    };
  }

  /** @throws Error when the API never said who is champion */
  async read(): Promise<string> {
    if (this.#options.now() - this.#askedAt >= this.#options.freshForMs) {
      this.#askedAt = this.#options.now();
      this.#asking = this.#ask();
    }
    await this.#asking;
    if (this.#champion === null) throw new Error(`${this.#options.url} never said who is champion`);
    return this.#champion;
  }

  /** ms since the API said so; infinite when it never did */
  get age(): number {
    return this.#options.now() - this.#readAt;
  }

  async #ask(): Promise<void> {
    const url = `${this.#options.url.replace(/\/+$/, "")}/shadow/allocation`;
    const { timeoutMs, firstTimeoutMs } = this.#options;
    const signal = AbortSignal.timeout(this.#champion === null ? firstTimeoutMs : timeoutMs);
    try {
      const headers = (await this.#options.sign?.({ method: "GET", url })) ?? {};
      const answer = await fetch(url, { headers, signal });
      const { data } = (await answer.json()) as { data?: { champion?: unknown } };
      if (!answer.ok || typeof data?.champion !== "string") return;
      this.#champion = data.champion;
      this.#readAt = this.#options.now();
    } catch {
      // Trading goes on with the champion it knows; `age` tells how old that is.
    }
  }
}
