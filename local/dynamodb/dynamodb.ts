import { mkdir } from "node:fs/promises";
import type { Log } from "../log.ts";
import { startJava } from "./java-process.ts";
import { javaProgram } from "./java-program.ts";

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
  /** default: that of JAVA_HOME, else of the PATH */
  java?: string;
  log: Log;
};

export async function startDynamoDb(options: DynamoDbOptions): Promise<DynamoDb> {
  if (options.dataDir) await mkdir(options.dataDir, { recursive: true });
  const { dataDir, log } = options;
  const { pid, open, ended, stop } = await startJava({ program: await javaProgram(options.java), dataDir, log });
  const port = await open(options.port).catch(async (error) => {
    await stop();
    throw error;
  });
  return { endpoint: `http://127.0.0.1:${port}`, port, pid, ended, stop };
}
