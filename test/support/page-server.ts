import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { vi } from "vitest";
import { dashboardPages } from "../../cli/page/pages.ts";
import { startApi } from "../../local/http/api.ts";
import type { LogLine } from "../../local/log.ts";
import { type RouteName, routeNames, routes } from "../../shared/api/contract/routes.ts";
import { FakeTable } from "./fake-table.ts";
import { apiEvent, coldStart, read, tradeEvent } from "./lambda.ts";
import { commonSignals, type WrittenTrade } from "./pipeline.ts";

/**
 * The page in front of the real handlers and the local HTTP server, over a table in memory: everything a browser meets but DynamoDB.
 * Several lives can be built once and put back in a moment.
 */

type Handler = (event?: unknown) => Promise<unknown>;
type Means = Record<string, { mean: number }>;

const environment = {
  SHADOW_AUTO_PROMOTE: "false",
  POWERTOOLS_LOG_LEVEL: "SILENT",
  POWERTOOLS_METRICS_DISABLED: "true",
};

export class PageServer {
  readonly table = new FakeTable();
  readonly faults: LogLine[] = [];
  readonly asked: string[] = [];
  readonly #s3 = mockClient(S3Client);
  readonly #handlers = new Map<string, Handler>();
  #api: { url: string; stop(): Promise<void> } | null = null;
  #sequence = 1000;

  get url(): string {
    return this.#api!.url;
  }

  async start(): Promise<void> {
    this.#s3.on(ListObjectsV2Command).resolves({});
    this.#api = await startApi({
      port: 0,
      routes: routeNames.map((name) => ({ ...routes[name], functionName: name })),
      lambda: {
        invoke: async (name, event) => {
          this.asked.push(name);
          const payload = JSON.parse(JSON.stringify(await this.#call(name, event)));
          return { ok: true, payload, requestId: "r" };
        },
      },
      pages: dashboardPages(),
      log: (line) => this.faults.push(line),
    });
  }

  async stop(): Promise<void> {
    await this.#api?.stop();
    this.table.mock.restore();
    this.#s3.restore();
    vi.unstubAllEnvs();
  }

  /** Another moment of the same history (functions keep full blocks of a ledger, which never change), or another history. */
  put(items: ReadonlyMap<string, Record<string, unknown>>): void {
    this.table.items.clear();
    for (const [key, item] of items) this.table.items.set(key, structuredClone(item));
  }

  /** What the table holds now, to be put back later. */
  keep(): Map<string, Record<string, unknown>> {
    return structuredClone(this.table.items);
  }

  async ask(name: RouteName, request: Parameters<typeof apiEvent>[0] = {}): Promise<unknown> {
    const { method, path } = routes[name];
    const { status, body } = read((await this.#call(name, apiEvent({ method, path, ...request }))) as never);
    if (status >= 300) throw new Error(`${name} answered ${status}: ${JSON.stringify(body)}`);
    return (body as { data: unknown }).data;
  }

  async deploy(...models: { model_name: string; [field: string]: string }[]): Promise<void> {
    for (const model of models) await this.ask("deploy", { body: { model_type: "xgboost", ...model } });
  }

  /** Signals answered by all models, and everything that follows from them. */
  async trade(from: number, to: number, models: Means, seed = "page"): Promise<void> {
    for (let at = from; at < to; at += 100) {
      const rows = commonSignals({ from: at, to: Math.min(to, at + 100), models, seed: `${seed}${at}` });
      await this.#ingest(rows);
    }
    await this.#call("evaluate", { Records: [] });
  }

  /** Trades of one model as they stand; what follows from them is done once, at the end. */
  async write(rows: readonly WrittenTrade[], step = 1000): Promise<void> {
    for (let at = 0; at < rows.length; at += step) await this.#ingest(rows.slice(at, at + step));
    await this.#call("evaluate", { Records: [] });
  }

  async reject(model: string, id: string): Promise<void> {
    await this.#ingest([{ model, id, pnl: "?" }]);
  }

  /** As if the ensemble had written them just now. */
  async #ingest(rows: readonly WrittenTrade[]): Promise<void> {
    const { Records } = tradeEvent(rows, this.#sequence);
    this.#sequence += rows.length;
    for (const record of Records) record.dynamodb!.ApproximateCreationDateTime = Date.now() / 1000;
    await this.#call("ingest", { Records });
  }

  async #call(name: string, event: unknown): Promise<unknown> {
    const handler = this.#handlers.get(name) ?? (await coldStart<unknown>(name, { environment }));
    this.#handlers.set(name, handler);
    return handler(event);
  }
}
