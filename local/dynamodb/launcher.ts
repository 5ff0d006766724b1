import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

const source = join(import.meta.dirname, "LoopbackDynamoDb.java");
const cache = join(import.meta.dirname, "..", "..", ".understudy", "java");

/** Java ended without having compiled anything. */
export class CompilerError extends Error {
  override name = "CompilerError";
}

/**
 * The directory of LoopbackDynamoDb.class, compiled at the first start with this Java: to compile at every start, as Java does with
 * a source file, takes longer than half of the start itself.
 * @throws CompilerError, or what spawning threw
 */
export async function compiledLauncher(java: string, classPath: string): Promise<string> {
  const hash = createHash("sha256")
    .update(`${java}\0${classPath}\0`)
    .update(await readFile(source));
  const directory = join(cache, hash.digest("hex").slice(0, 24));
  if (existsSync(directory)) return directory;
  await mkdir(cache, { recursive: true });
  const building = await mkdtemp(join(cache, "building-"));
  try {
    await compile(java, ["-cp", classPath, "-d", building, source]);
    await rename(building, directory);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    // Another process may have compiled the same first.
    if (!existsSync(directory)) throw error;
  }
  return directory;
}

function compile(java: string, options: readonly string[]): Promise<void> {
  const compiler = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-m", "jdk.compiler/com.sun.tools.javac.Main"];
  return new Promise((resolve, reject) => {
    const all = [...compiler, "--release", "17", "-proc:none", "-nowarn", ...options];
    const child = spawn(java, all, { stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        said += chunk;
      });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new CompilerError(said))));
  });
}
