import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Item } from "./trade.ts";

/**
 * Trades that wait to be written: a bounded journal on disk, so that neither a lost connection nor a restart loses one.
 * First in, first out; one process a directory. A line a trade; beside it the number of lines that are done. A crash between the two
 * makes a trade be sent again, which the table refuses as known.
 */
export class DiskQueue {
  readonly #journal: number;
  readonly #donePath: string;
  readonly #most: number;
  #waiting: Item[];
  #done: number;

  constructor(directory: string, most: number) {
    mkdirSync(directory, { recursive: true });
    const journalPath = join(directory, "trades.jsonl");
    this.#donePath = join(directory, "done");
    const lines = existsSync(journalPath) ? readFileSync(journalPath, "utf8").split("\n") : [];
    this.#done = existsSync(this.#donePath) ? Number(readFileSync(this.#donePath, "utf8")) || 0 : 0;
    this.#waiting = lines.slice(this.#done).flatMap(itemsOf);
    this.#most = most;
    this.#journal = openSync(journalPath, "a");
    // A line that a crash cut off must not run into the next one.
    if (lines.length > 0 && lines.at(-1) !== "") writeSync(this.#journal, "\n");
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** All of them or none. @returns false: the queue is full */
  add(items: readonly Item[]): boolean {
    if (this.#waiting.length + items.length > this.#most) return false;
    writeSync(this.#journal, items.map((item) => `${JSON.stringify(item)}\n`).join(""));
    this.#waiting.push(...items);
    return true;
  }

  first(most: number): readonly Item[] {
    return this.#waiting.slice(0, most);
  }

  /** Takes the first `count` out. */
  done(count: number): void {
    this.#waiting = this.#waiting.slice(count);
    this.#done += count;
    if (this.#waiting.length > 0) {
      writeFileSync(this.#donePath, String(this.#done));
      return;
    }
    // Empty: begin anew. Between the two a crash leaves "0 of an old journal": sent again, and refused as known.
    writeFileSync(this.#donePath, "0");
    ftruncateSync(this.#journal);
    this.#done = 0;
  }

  close(): void {
    closeSync(this.#journal);
  }
}

function itemsOf(line: string): Item[] {
  try {
    return line === "" ? [] : [JSON.parse(line) as Item];
  } catch {
    return []; // cut off by a crash: record() had not returned
  }
}
