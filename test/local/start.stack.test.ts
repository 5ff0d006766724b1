import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { assertPortFree } from "../../local/http/ports.ts";
import { arePortsFree, findThreePorts } from "../support/free-ports.ts";
import { until } from "../support/until.ts";

const script = join(import.meta.dirname, "..", "..", "cli", "start.ts");
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** Runs `npm start` to its end. */
function run(...args: string[]) {
  return spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
}

describe("npm start", () => {
  it("explains itself with examples", () => {
    const { status, stdout, stderr } = run("--help");

    expect([status, stderr]).toEqual([0, ""]);
    for (const word of ["--port", "--data", "--empty", "--json", "--dynamodb", "examples:"])
      expect(stdout).toContain(word);
  });

  it.each([
    [["--port", "eighty"], /^start: --port must be a whole number from 1 to 65533, not "eighty"/],
    [["--port", "70000"], /^start: --port must be a whole number/],
    [["--prot", "8000"], /^start: Unknown option '--prot'/],
    [["--dynamodb", "localhost"], /^start: --dynamodb must be an address/],
  ])("answers the mistake %j with one line and exit code 2", (args, line) => {
    const { status, stdout, stderr } = run(...args);

    expect(status).toBe(2);
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
  });

  it("names the port that another program holds", async () => {
    const port = await findThreePorts();
    const holder = createServer().listen(port + 2, "127.0.0.1");
    await once(holder, "listening");

    const { status, stderr } = run("--empty", "--port", String(port));
    holder.close();

    expect(status).toBe(1);
    expect(stderr).toBe(
      `start: Port ${port + 2} is in use by another program: stop it, or choose other ports with --port\n`,
    );
  });

  it.each([
    // On Linux, Node's own recursive mkdir never returns for this one.
    ["/proc/nowhere/data", ".+"],
    [join(script, "data"), "something of that name is no directory"],
  ])("says in one line that the data directory %s cannot be used, and ends", (directory, reason) => {
    const { status, stderr } = spawnSync(process.execPath, [script, "--empty", "--port", "1024", "--data", directory], {
      encoding: "utf8",
      timeout: 120_000,
      killSignal: "SIGKILL",
    });

    expect(status).toBe(1);
    expect(stderr).toMatch(
      new RegExp(
        `^start: The data directory ${directory} cannot be used: ${reason}\\. Choose another one with --data\\.\n$`,
      ),
    );
  });

  it("ended by a SIGTERM to npm, leaves no port open and no files in the temporary directory", async () => {
    const port = await findThreePorts();
    const temporary = await mkdtemp(join(tmpdir(), "start-test-"));
    const npm = spawn("npm", ["start", "--silent", "--", "--empty", "--json", "--port", String(port)], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, TMPDIR: temporary, NODE_COMPILE_CACHE: "", NODE_DISABLE_COMPILE_CACHE: "1" },
    });
    children.push(npm);
    const events: { event: string }[] = [];
    createInterface({ input: npm.stdout! }).on("line", (line) => events.push(JSON.parse(line)));
    await until("the stack", () => events.some((event) => event.event === "ready"), 240_000);

    npm.kill("SIGTERM");

    await until("all three ports", () => arePortsFree(port), 120_000);
    await until("the last line", () => events.at(-1)?.event === "stopped", 60_000);
    expect(await readdir(temporary)).toEqual([]);
    await rm(temporary, { recursive: true });
  }, 600_000);

  it("runs the synthesised stack on three ports in a row, and Ctrl-C leaves none of them open", async () => {
    const port = await findThreePorts();
    const child = spawn(process.execPath, [script, "--empty", "--json", "--port", String(port)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    const events: { event: string; urls?: Record<string, string> }[] = [];
    createInterface({ input: child.stdout! }).on("line", (line) => events.push(JSON.parse(line)));
    const ready = await until("the stack", () => events.find((event) => event.event === "ready"), 240_000);

    expect(ready).toMatchObject({
      urls: {
        api: `http://127.0.0.1:${port}`,
        dynamodb: `http://127.0.0.1:${port + 1}`,
        messaging: `http://127.0.0.1:${port + 2}`,
      },
      tables: { trades: "understudy-local-trades", state: "understudy-local-state" },
      topic_arn: "arn:aws:sns:us-east-1:000000000000:understudy-local-alerts",
      data_dir: null,
    });
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);

    child.kill("SIGINT");
    await once(child, "close");
    expect(events.at(-1)).toEqual({ event: "stopped" });
    for (const each of [port, port + 1, port + 2]) await assertPortFree(each);
  }, 600_000);
});
