import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { CommandError } from "../terminal/command-line.ts";
import {
  checkFirstLine,
  DamagedCheckpoint,
  firstLine,
  Header,
  Manifest,
  SEAL_BYTES,
  sealedSha256,
  type TableKind,
} from "./format.ts";
import { itemOf, type StoredItem } from "./item-json.ts";

/** DynamoDB's largest item, as text: nothing longer was ever written. */
const LINE_CHARS_MAX = 4 * 1024 * 1024;

export type Entry = { table: TableKind; item: StoredItem };

/**
 * Reads the whole file once and compares its checksum.
 * @returns where the compressed part lies
 * @throws DamagedCheckpoint saying what is wrong, CommandError when the file cannot be read
 */
export async function checkSeal(path: string, signal: AbortSignal): Promise<{ start: number; end: number }> {
  const { size } = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(
      error.code === "ENOENT" ? `there is no file ${path}` : `${path} cannot be read: ${error.message}`,
    );
  });
  const end = size - SEAL_BYTES;
  checkFirstLine(await bytesAt(path, 0, firstLine.length));
  if (end <= firstLine.length)
    throw new DamagedCheckpoint("its end is missing: it was cut, or its export did not finish");
  const sealed = sealedSha256(await bytesAt(path, end, SEAL_BYTES));
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { end: end - 1, signal })) hash.update(chunk as Buffer);
  if (hash.digest("hex") !== sealed)
    throw new DamagedCheckpoint("it is damaged: what it holds does not fit its checksum");
  return { start: firstLine.length, end: end - 1 };
}

async function bytesAt(path: string, position: number, length: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * The items of a file whose seal was checked, one after the other; header and manifest are checked on the way.
 * @param about.onHeader  called before the first item
 * @returns the manifest, once the last item was taken
 */
export async function* readEntries(
  path: string,
  part: { start: number; end: number },
  options: { onHeader?: (header: Header) => void; signal: AbortSignal },
): AsyncGenerator<Entry, Manifest> {
  const { signal } = options;
  const seen = { state: { items: 0, bytes: 0 }, trades: { items: 0, bytes: 0 } };
  let manifest: Manifest | undefined;
  let first = true;
  for await (const line of linesOf(createReadStream(path, { ...part, signal }).pipe(createGunzip()))) {
    if (manifest) throw new DamagedCheckpoint("something follows its manifest");
    if (first) options.onHeader?.(parsed(Header, line, "header"));
    else if (line[0] === "{") manifest = parsed(Manifest, line, "manifest");
    else {
      const table = line[0] === "s" ? "state" : line[0] === "t" ? "trades" : undefined;
      if (!table) throw new DamagedCheckpoint("it holds a line that belongs to no table");
      seen[table].items += 1;
      seen[table].bytes += Buffer.byteLength(line) - 1;
      yield { table, item: itemOf(line.slice(1)) };
    }
    first = false;
  }
  if (!manifest) throw new DamagedCheckpoint("its manifest is missing");
  for (const table of ["state", "trades"] as const) {
    const said = manifest.tables[table];
    if (said.items !== seen[table].items || said.bytes !== seen[table].bytes) {
      throw new DamagedCheckpoint(
        `its manifest says ${said.items} items of ${table}, and it holds ${seen[table].items}`,
      );
    }
  }
  return manifest;
}

function parsed<T>(
  schema: { safeParse(x: unknown): { success: true; data: T } | { success: false } },
  line: string,
  what: string,
): T {
  const result = schema.safeParse(JSON.parse(line));
  if (!result.success) throw new DamagedCheckpoint(`its ${what} is not one this release knows`);
  return result.data;
}

async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let at = rest.indexOf(10, from); at >= 0; at = rest.indexOf(10, from)) {
      yield rest.toString("utf8", from, at);
      from = at + 1;
    }
    rest = rest.subarray(from);
    if (rest.length > LINE_CHARS_MAX) throw new DamagedCheckpoint("it holds a line longer than any item");
  }
  if (rest.length > 0) throw new DamagedCheckpoint("its last line is cut");
}
