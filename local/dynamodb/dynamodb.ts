import { mkdir } from "node:fs/promises";
import { findFreePort } from "../http/ports.ts";
import type { Log } from "../log.ts";
import { startJava } from "./java-process.ts";

/** Amazon's own DynamoDB Local: streams, transactions and conditions as in AWS, in a Java process of ours. */
export type DynamoDb = {
  endpoint: string;
  port: number;
  pid: number;
  /** Resolves when the process has ended, asked or not. */
  ended: Promise<{ code: number | null; asked: boolean }>;
  stop(): Promise<void>;
};

export type DynamoDbOptions = {
  /** 0: any free one. */
  port: number;
  /** Keeps tables and streams there; without it everything is in memory. */
  dataDir?: string | undefined;
  /** default: javaCommand() */
  java?: string;
  log: Log;
};

export async function startDynamoDb(options: DynamoDbOptions): Promise<DynamoDb> {
  const port = options.port === 0 ? await findFreePort() : options.port;
  if (options.dataDir) await mkdir(options.dataDir, { recursive: true });
  const { pid, open, ended, stop } = await startJava(options);
  try {
    await open(port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint: `http://127.0.0.1:${port}`, port, pid, ended, stop };
}
