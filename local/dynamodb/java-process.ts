import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { portError } from "../http/ports.ts";
import type { Log } from "../log.ts";
import { StackError } from "../stack-error.ts";

/** A Java process that runs Amazon's DynamoDB Local, as often as it is asked to: every database is one of its own. */
export type JavaProcess = {
  pid: number;
  /** Starts a database, on any free port for 0; resolves with its port when it listens. */
  open(port: number): Promise<number>;
  /** Ends a database that was opened. */
  close(port: number): Promise<void>;
  /** Resolves when the process has ended, asked or not. */
  ended: Promise<{ code: number | null; asked: boolean }>;
  stop(): Promise<void>;
};

/** What Java runs, and how. */
export type JavaProgram = { java: string; options: readonly string[]; classPath: string; main: string };

const answerMsMax = 60_000;
const endMsMax = 3000;
const howToGetJava =
  'install a JDK 17 or newer (e.g. "apt install openjdk-17-jdk-headless", "brew install openjdk"), ' +
  "or point at a running DynamoDB with --dynamodb URL";

export async function startJava(options: {
  program: JavaProgram;
  dataDir?: string | undefined;
  /** How long its end may take before it is killed. Default: 3 s. */
  endMsMax?: number;
  log: Log;
}): Promise<JavaProcess> {
  const scratch = await mkdtemp(join(tmpdir(), "understudy-dynamodb-"));
  const { program, dataDir } = options;
  const child = spawn(program.java, javaArguments({ program, dataDir, scratch }), {
    env: { ...process.env, DDB_LOCAL_TELEMETRY: "0" },
    stdio: ["pipe", "pipe", "pipe"],
    // A process group of its own: Ctrl-C reaches us alone, and we stop it last, when no function needs it any more.
    detached: true,
    windowsHide: true,
  });
  let asked = false;
  const ended = new Promise<{ code: number | null; asked: boolean }>((resolve) => {
    child.once("exit", (code) => resolve({ code, asked }));
    child.once("error", () => resolve({ code: null, asked }));
  });
  const order = takeOrders(child, options.log);
  return {
    pid: child.pid as number,
    open: async (port) => {
      const { word, rest } = await order(`open ${port}`);
      if (word === "failed") throw explainFailure(port, rest);
      return Number(rest);
    },
    close: async (port) => void (await order(`close ${port}`)),
    ended,
    stop: async () => {
      asked = true;
      await end(child, ended, options.endMsMax ?? endMsMax);
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

export const noCompiler = () => new StackError(`This Java is too old or has no compiler: ${howToGetJava}`);
export const noJava = () => new StackError(`Java was not found: ${howToGetJava}`);

function javaArguments({
  program,
  scratch,
  dataDir,
}: {
  program: JavaProgram;
  dataDir: string | undefined;
  scratch: string;
}): string[] {
  return [
    ...program.options,
    // It unpacks native libraries there and leaves them behind.
    `-Djava.io.tmpdir=${scratch}`,
    "-cp",
    program.classPath,
    program.main,
    "-sharedDb",
    ...(dataDir ? ["-dbPath", dataDir] : ["-inMemory"]),
  ];
}

type Answer = { word: "listening" | "closed" | "failed"; rest: string };

/** @returns gives an order in the words of LoopbackDynamoDb, one after the other */
function takeOrders(child: ChildProcess, log: Log): (words: string) => Promise<Answer> {
  const complaints: string[] = [];
  createInterface({ input: child.stderr! }).on("line", (text) => {
    complaints.push(text);
    const level = /ERROR|SEVERE|Exception/.test(text) ? "warn" : "info"; // Java libraries greet on stderr
    log({ source: "dynamodb", level, text });
  });
  let settle = Promise.withResolvers<Answer>();
  createInterface({ input: child.stdout! }).on("line", (text) => {
    const [, word, rest = ""] = /^(listening|closed|failed) (.*)$/.exec(text) ?? []; // others are its banner
    if (word) settle.resolve({ word: word as Answer["word"], rest });
  });
  child.stdin!.on("error", () => {}); // it may have ended already
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {}); // it may end while nothing is asked of it
  child.once("error", (error: NodeJS.ErrnoException) => ended.reject(error.code === "ENOENT" ? noJava() : error));
  // "close" and not "exit": by then everything it said has been read.
  child.once("close", (code) => ended.reject(explainEnd(complaints, code)));

  const order = async (words: string): Promise<Answer> => {
    settle = Promise.withResolvers();
    child.stdin!.write(`${words}\n`);
    const late = setTimeout(
      () => settle.reject(new StackError(`DynamoDB Local did not answer within ${answerMsMax / 1000} s`)),
      answerMsMax,
    );
    try {
      return await Promise.race([settle.promise, ended.promise]);
    } finally {
      clearTimeout(late);
    }
  };
  let last: Promise<unknown> = Promise.resolve();
  return (words) => {
    const next = last.then(() => order(words));
    last = next.catch(() => {});
    return next;
  };
}

function explainFailure(port: number, message: string): Error {
  if (/address already in use|failed to bind/i.test(message))
    return portError(port, { name: "", message: "", code: "EADDRINUSE" });
  return new StackError(`DynamoDB Local does not start: ${message}`);
}

function explainEnd(complaints: readonly string[], code: number | null): Error {
  if (/UnsupportedClassVersion|Unrecognized option/.test(complaints.join("\n"))) return noCompiler();
  return new StackError(`DynamoDB Local ended at once (exit code ${code}): ${complaints.at(-1) ?? "it said nothing"}`);
}

/** Its standard input's end tells it to go; if it does not, it is killed. */
async function end(child: ChildProcess, ended: Promise<unknown>, msMax: number): Promise<void> {
  if (child.pid === undefined) return;
  child.stdin?.end();
  const patience = setTimeout(() => child.kill("SIGKILL"), msMax);
  await ended;
  clearTimeout(patience);
}
