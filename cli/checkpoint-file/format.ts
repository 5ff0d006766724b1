import * as z from "zod";
import { CommandError } from "../terminal/command-line.ts";

/**
 * A checkpoint file:
 *
 *     understudy-checkpoint 1             a line anybody can read
 *     …                                   gzip of JSON lines: a header, an item a line, and the manifest last
 *     sha256 0123…                        over every byte above
 *
 * Whatever byte is changed, and wherever the file is cut, the last line no longer fits.
 */

export const FORMAT_VERSION = 1;
const NAME = "understudy-checkpoint";
export const firstLine = Buffer.from(`${NAME} ${FORMAT_VERSION}\n`);

const SEAL_NAME = "\nsha256 ";
export const SEAL_BYTES = SEAL_NAME.length + 64 + 1;

export const sealOf = (sha256: string): Buffer => Buffer.from(`${SEAL_NAME}${sha256}\n`);

/** Tables in the order in which they are exported and restored: trades last, so that nothing counted is without its trade. */
export const tableKinds = ["state", "trades"] as const;
export type TableKind = (typeof tableKinds)[number];

const Table = z.strictObject({ items: z.int().nonnegative(), bytes: z.int().nonnegative() });
export const Header = z.strictObject({
  kind: z.literal("header"),
  created_at: z.iso.datetime(),
  source: z.strictObject({ state: z.string(), trades: z.string() }),
});
export const Manifest = z.strictObject({
  kind: z.literal("manifest"),
  registry_version: z.int().nonnegative(),
  tables: z.strictObject({ state: Table, trades: Table }),
});

export type Header = z.infer<typeof Header>;
export type Manifest = z.infer<typeof Manifest>;

/** A file that must not be restored, and what is wrong with it. */
export class DamagedCheckpoint extends CommandError {
  override name = "DamagedCheckpoint";
}

/** @throws DamagedCheckpoint unless these are the first bytes of a checkpoint this release can read */
export function checkFirstLine(bytes: Buffer): void {
  if (bytes.equals(firstLine)) return;
  const version = new RegExp(`^${NAME} (\\d+)\\n`).exec(bytes.toString("latin1"))?.[1];
  throw new DamagedCheckpoint(
    version === undefined
      ? "this is no checkpoint: it does not begin as one"
      : `it has format ${version}, and this release reads format ${FORMAT_VERSION}`,
  );
}

/** The checksum a file ends with. @throws DamagedCheckpoint when it does not end with one: it was cut, or never finished */
export function sealedSha256(lastBytes: Buffer): string {
  const found = /^\nsha256 ([0-9a-f]{64})\n$/.exec(lastBytes.toString("latin1"))?.[1];
  if (!found) throw new DamagedCheckpoint("its end is missing: it was cut, or its export did not finish");
  return found;
}
