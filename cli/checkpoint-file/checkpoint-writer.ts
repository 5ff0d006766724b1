import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Transform } from "node:stream";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { firstLine, type Header, type Manifest, sealOf, type TableKind } from "./format.ts";
import { lineOf, type StoredItem } from "./item-json.ts";

/** Writes a checkpoint item by item, in bounded memory; under its own name it appears only when it is whole. */
export class CheckpointWriter {
  readonly #path: string;
  readonly #unfinished: string;
  readonly #gzip = createGzip({ level: 6 });
  readonly #hash = createHash("sha256");
  readonly #file;
  readonly #tables: Manifest["tables"] = { state: { items: 0, bytes: 0 }, trades: { items: 0, bytes: 0 } };
  #failed: Error | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#unfinished = `${path}.unfinished`;
    this.#file = createWriteStream(this.#unfinished);
    this.#add(firstLine);
    const hashed = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#hash.update(chunk);
        done(null, chunk);
      },
    });
    for (const stream of [this.#gzip, hashed, this.#file])
      stream.once("error", (error: Error) => (this.#failed ??= error));
    this.#gzip.pipe(hashed).pipe(this.#file, { end: false });
    hashed.once("end", () => this.#file.end(sealOf(this.#hash.digest("hex"))));
  }

  #add(bytes: Buffer): void {
    this.#hash.update(bytes);
    this.#file.write(bytes);
  }

  begin(header: Omit<Header, "kind">): Promise<void> {
    return this.#line(JSON.stringify({ kind: "header", ...header }));
  }

  async add(table: TableKind, item: StoredItem): Promise<void> {
    const line = lineOf(item);
    this.#tables[table].items += 1;
    this.#tables[table].bytes += Buffer.byteLength(line);
    await this.#line(`${table[0]}${line}`);
  }

  /** @returns what was written */
  async finish({ registryVersion }: { registryVersion: number }): Promise<Manifest> {
    const manifest: Manifest = { kind: "manifest", registry_version: registryVersion, tables: this.#tables };
    await this.#line(JSON.stringify(manifest));
    this.#gzip.end();
    await finished(this.#file);
    await rename(this.#unfinished, this.#path);
    return manifest;
  }

  /** Takes away what was written so far. */
  async abandon(): Promise<void> {
    this.#gzip.destroy();
    this.#file.destroy();
    await rm(this.#unfinished, { force: true });
  }

  async #line(text: string): Promise<void> {
    if (this.#failed) throw this.#failed;
    if (this.#gzip.write(`${text}\n`)) return;
    const waiting = new AbortController();
    const { signal } = waiting;
    // Whichever does not happen is not listened to any longer: a large table waits thousands of times.
    await Promise.race([once(this.#gzip, "drain", { signal }), once(this.#file, "error", { signal })]).finally(() =>
      waiting.abort(),
    );
    if (this.#failed) throw this.#failed;
  }
}
