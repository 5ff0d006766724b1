import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { portError } from "../http/ports.ts";
import type { Log } from "../log.ts";
import { StackError } from "../stack-error.ts";
import { CompilerError, compiledLauncher } from "./launcher.ts";

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

const answerMsMax = 60_000;
const howToGetJava =
  'install a JDK 17 or newer (e.g. "apt install openjdk-17-jdk-headless", "brew install openjdk"), ' +
  "or point at a running DynamoDB with --dynamodb URL";

export async function startJava(options: {
  dataDir?: string | undefined;
  /** default: javaCommand() */
  java?: string | undefined;
  log: Log;
}): Promise<JavaProcess> {
  const java = options.java ?? javaCommand();
  const emulator = findEmulator();
  const launcher = await launcherFor(java, emulator);
  const scratch = await mkdtemp(join(tmpdir(), "understudy-dynamodb-"));
  const child = spawn(java, javaArguments({ dataDir: options.dataDir, scratch, launcher, emulator }), {
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
      await end(child, ended);
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/** Of JAVA_HOME, else of the PATH. */
export function javaCommand(): string {
  const home = process.env.JAVA_HOME;
  return home ? join(home, "bin", "java") : "java";
}

/** Amazon's program: where it lies, and what Java needs to find it. */
type Emulator = { libraries: string; classPath: string };

/** What runs the emulator, compiled if it was not yet. */
export async function launcherFor(java: string, emulator = findEmulator()): Promise<string> {
  try {
    return await compiledLauncher(java, emulator.classPath);
  } catch (error) {
    if (error instanceof CompilerError) throw noCompiler();
    throw (error as NodeJS.ErrnoException).code === "ENOENT" ? noJava() : error;
  }
}

const noCompiler = () => new StackError(`This Java is too old or has no compiler: ${howToGetJava}`);
const noJava = () => new StackError(`Java was not found: ${howToGetJava}`);

function javaArguments(o: {
  dataDir: string | undefined;
  scratch: string;
  launcher: string;
  emulator: Emulator;
}): string[] {
  return [
    `-Djava.library.path=${o.emulator.libraries}`,
    // It unpacks native libraries there and leaves them behind.
    `-Djava.io.tmpdir=${o.scratch}`,
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1", // half a second faster to start, no slower after
    "-cp",
    [o.launcher, o.emulator.classPath].join(delimiter),
    "LoopbackDynamoDb",
    "-sharedDb",
    ...(o.dataDir ? ["-dbPath", o.dataDir] : ["-inMemory"]),
  ];
}

function findEmulator(): Emulator {
  try {
    const manifest = createRequire(import.meta.url).resolve("amplify-dynamodb-simulator/package.json");
    const directory = join(manifest, "..", "emulator");
    const libraries = join(directory, "DynamoDBLocal_lib");
    return { libraries, classPath: [join(directory, "DynamoDBLocal.jar"), join(libraries, "*")].join(delimiter) };
  } catch {
    throw new StackError('DynamoDB Local is not installed: run "npm ci" (without --omit=dev)');
  }
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
async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.pid === undefined) return;
  child.stdin?.end();
  const patience = setTimeout(() => child.kill("SIGKILL"), 3000);
  await ended;
  clearTimeout(patience);
}
