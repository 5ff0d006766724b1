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
  /** Starts a database on a free port; resolves when it listens. One at a time. */
  open(port: number): Promise<void>;
  /** Ends a database that was opened. One at a time. */
  close(port: number): Promise<void>;
  /** Resolves when the process has ended, asked or not. */
  ended: Promise<{ code: number | null; asked: boolean }>;
  stop(): Promise<void>;
};

const orderMsMax = 60_000;
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
    open: (port) => order("open", port, "listening"),
    close: (port) => order("close", port, "closed"),
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

type Order = (word: "open" | "close", port: number, answer: "listening" | "closed") => Promise<void>;

/** One order after the other, in the words of LoopbackDynamoDb. */
function takeOrders(child: ChildProcess, log: Log): Order {
  const complaints: string[] = [];
  createInterface({ input: child.stderr! }).on("line", (text) => {
    complaints.push(text);
    const level = /ERROR|SEVERE|Exception/.test(text) ? "warn" : "info"; // Java libraries greet on stderr
    log({ source: "dynamodb", level, text });
  });
  const answers = createInterface({ input: child.stdout! });
  child.stdin!.on("error", () => {}); // it may have ended already
  let failure: Error | undefined;
  child.once("error", (error: NodeJS.ErrnoException) => {
    failure = error.code === "ENOENT" ? noJava() : error;
  });
  return (word, port, answer) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(
        () => settle(new StackError(`DynamoDB Local did not ${word} within ${orderMsMax / 1000} s`)),
        orderMsMax,
      );
      const settle = (error?: Error) => {
        clearTimeout(late);
        answers.off("line", hear);
        child.off("close", hearEnd);
        if (error) reject(error);
        else resolve();
      };
      const hear = (text: string) => text === `${answer} ${port}` && settle(); // others are its banner
      // "close" and not "exit": by then everything it said has been read.
      const hearEnd = (code: number | null) => settle(failure ?? explainEarlyEnd(complaints, port, code));
      answers.on("line", hear);
      child.on("close", hearEnd);
      child.stdin!.write(`${word} ${port}\n`);
    });
}

function explainEarlyEnd(complaints: readonly string[], port: number, code: number | null): Error {
  const all = complaints.join("\n");
  if (/address already in use|failed to bind/i.test(all))
    return portError(port, { name: "", message: "", code: "EADDRINUSE" });
  if (/UnsupportedClassVersion|Unrecognized option/.test(all)) return noCompiler();
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
