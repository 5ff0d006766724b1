import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The programs we are compared with, run as processes that wait for a command, so that starting up is never timed. */

/** CPU seconds, and numbers that show that the work was done. */
export type Run = { seconds: number; low: number; high: number; exceeds?: number };
export type Reference = { name: string; what: string; version: string; run(): Promise<Run>; stop(): void };
/** A reference that cannot run here, and why. */
export type Absent = { name: string; what: string; absent: string };

const COMPILER = "g++";
const HERE = join(import.meta.dirname, "references");

class Answers {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: readonly string[]) {
    this.#process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#process.on("error", () => {});
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  async next(): Promise<Run & { version: string }> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error("it ended without an answer");
    return JSON.parse(line.value);
  }

  async ask(text: string): Promise<Run> {
    this.#process.stdin!.write(`${text}\n`);
    return this.next();
  }

  stop(): void {
    this.#process.stdin?.end();
    this.#process.kill();
  }
}

const METHODS = {
  loop: "the replaced system's method: Python loop over numpy.random.choice, mean only",
  vectorised: "vectorised numpy, mean and drawdown",
  cpp: "plain C++ loop (g++ -O3 -march=native), mean and drawdown",
} as const;

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
}

async function numpyReferences(data: string, resamples: number): Promise<(Reference | Absent)[]> {
  const names = ["loop", "vectorised"] as const;
  const absent = (why: string) => names.map((name) => ({ name, what: METHODS[name], absent: why }));
  try {
    execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
  } catch {
    return absent("python3 with numpy was not found; install both to run it");
  }
  const python = new Answers("python3", [join(HERE, "numpy-methods.py"), data, String(resamples)]);
  try {
    const { version } = await python.next();
    const one = (name: (typeof names)[number]): Reference => ({
      name,
      what: METHODS[name],
      version,
      run: () => python.ask(name),
      stop: () => python.stop(),
    });
    return names.map(one);
  } catch (error) {
    return absent(`python3 failed: ${firstLine(error)}`);
  }
}

async function cppReference(data: string, resamples: number, folder: string): Promise<Reference | Absent> {
  const absent = (why: string): Absent => ({ name: "cpp", what: METHODS.cpp, absent: why });
  const program = join(folder, "plain-loop");
  try {
    execFileSync(COMPILER, ["-O3", "-march=native", "-o", program, join(HERE, "plain-loop.cpp")], { stdio: "pipe" });
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return absent(missing ? "g++ was not found; install it to run it" : `g++ failed: ${firstLine(error)}`);
  }
  const process = new Answers(program, [data, String(resamples)]);
  const { version } = await process.next();
  return { name: "cpp", what: METHODS.cpp, version, run: () => process.ask(""), stop: () => process.stop() };
}

/** Starts every reference on the same pairs. @param options.folder  where the data and the compiled program may lie */
export async function startReferences(options: {
  champion: Float64Array;
  challenger: Float64Array;
  resamples: number;
  folder: string;
}): Promise<(Reference | Absent)[]> {
  const data = join(options.folder, "pairs.bin");
  writeFileSync(data, Buffer.concat([Buffer.from(options.champion.buffer), Buffer.from(options.challenger.buffer)]));
  const started = [
    ...(await numpyReferences(data, options.resamples)),
    await cppReference(data, options.resamples, options.folder),
  ];
  rmSync(data);
  return started;
}
