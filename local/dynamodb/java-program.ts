import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { keptBuild } from "../kept-build.ts";
import { StackError } from "../stack-error.ts";
import { listShards } from "../streams/shard-reader.ts";
import { type Call, makeCall } from "./dynamodb-calls.ts";
import { type JavaProgram, noCompiler, noJava, startJava } from "./java-process.ts";
import { ensureTables, streamArnOf } from "./tables.ts";

const recordingMsMax = 60_000;
const source = join(import.meta.dirname, "LoopbackDynamoDb.java");
/** Half a second faster to start, no slower after. */
const quick = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/** Of JAVA_HOME, else of the PATH. */
function javaCommand(): string {
  const home = process.env.JAVA_HOME;
  return home ? join(home, "bin", "java") : "java";
}

/**
 * DynamoDB Local and LoopbackDynamoDb, ready to be started: made at the first start with this Java and kept, because to compile, and to read
 * and verify two thousand classes at every start, takes longer than the rest of the start (docs/decisions/0004).
 * @throws StackError  when there is no Java, no compiler or no DynamoDB Local
 */
export async function javaProgram(java = javaCommand()): Promise<JavaProgram> {
  const emulator = findEmulator();
  const made = [java, await readFile(source), ...(await stampsOf(emulator))];
  const jar = join(await keptBuild("java", made, (directory) => pack(java, emulator, directory)), "program.jar");
  const program: JavaProgram = {
    java,
    options: [...quick, `-Djava.library.path=${emulator.libraries}`],
    classPath: [jar, join(emulator.libraries, "*")].join(delimiter),
    main: basename(source, ".java"),
  };
  // A build of its own: Java looks for the jars where they were when it recorded.
  const recorded = await keptBuild("java-classes", [...made, await stampOf(jar)], (directory) =>
    record(program, classesIn(directory)),
  );
  const classes = classesIn(recorded);
  return existsSync(classes)
    ? { ...program, options: [...program.options, `-XX:SharedArchiveFile=${classes}`] }
    : program;
}

const classesIn = (directory: string): string => join(directory, "classes.jsa");

/** Amazon's program, where it lies. */
type Emulator = { jar: string; libraries: string };

function findEmulator(): Emulator {
  try {
    const manifest = createRequire(import.meta.url).resolve("amplify-dynamodb-simulator/package.json");
    const directory = join(manifest, "..", "emulator");
    return { jar: join(directory, "DynamoDBLocal.jar"), libraries: join(directory, "DynamoDBLocal_lib") };
  } catch {
    throw new StackError('DynamoDB Local is not installed: run "npm ci" (without --omit=dev)');
  }
}

/** Java takes its recorded classes for those of these very files only: the same ones installed again are others. */
async function stampsOf({ jar, libraries }: Emulator): Promise<string[]> {
  const jars = [jar, ...(await readdir(libraries)).map((name) => join(libraries, name))];
  return Promise.all(jars.map(stampOf));
}

async function stampOf(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  return `${path} ${size} ${mtimeMs}`;
}

/** One jar of Amazon's and our classes, without Amazon's manifest: it names a directory, and then Java records no class. */
async function pack(java: string, { jar, libraries }: Emulator, directory: string): Promise<void> {
  const classes = await mkdtemp(join(tmpdir(), "understudy-classes-"));
  try {
    const compiler = [
      ...quick,
      "-m",
      "jdk.compiler/com.sun.tools.javac.Main",
      "--release",
      "17",
      "-proc:none",
      "-nowarn",
    ];
    const classPath = [jar, join(libraries, "*")].join(delimiter);
    await runTool(java, [...compiler, "-cp", classPath, "-d", classes, source], classes);
    const packer = [...quick, "-m", "jdk.jartool/sun.tools.jar.Main"];
    await runTool(java, [...packer, "-xf", jar], classes);
    await rm(join(classes, "META-INF", "MANIFEST.MF"), { force: true });
    await runTool(java, [...packer, "-cfM0", join(directory, "program.jar"), "."], classes);
  } finally {
    await rm(classes, { recursive: true, force: true });
  }
}

/** What it says is for whoever changes the source; people without a compiler get a line of their own. */
function runTool(java: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(java, args, { cwd, stdio: "ignore", windowsHide: true });
    child.once("error", (error: NodeJS.ErrnoException) => reject(error.code === "ENOENT" ? noJava() : error));
    child.once("close", (code) => (code === 0 ? resolve() : reject(noCompiler())));
  });
}

/**
 * Runs the program once and uses it as a stack does, so that Java writes down the classes this took, read and verified.
 * Java that cannot do that leaves nothing behind: a start is slower then, and works.
 */
async function record(program: JavaProgram, archive: string): Promise<void> {
  const options = [...program.options, `-XX:ArchiveClassesAtExit=${archive}`];
  const java = await startJava({ program: { ...program, options }, endMsMax: recordingMsMax, log: () => {} });
  try {
    await exercise(makeCall(`http://127.0.0.1:${await java.open(0)}`));
  } finally {
    await java.stop();
  }
}

async function exercise(call: Call): Promise<void> {
  const table = "used-once";
  const item = { pk: { S: "a" }, sk: { S: "a" } };
  await ensureTables(call, [
    {
      name: table,
      keySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      attributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
      ],
      streamViewType: "NEW_AND_OLD_IMAGES",
      timeToLiveAttribute: "expires_at",
    },
  ]);
  const StreamArn = await streamArnOf(call, table);
  await call("PutItem", { TableName: table, Item: item });
  await call("TransactWriteItems", {
    TransactItems: [
      { Put: { TableName: table, Item: { ...item, n: { N: "1" } }, ConditionExpression: "attribute_exists(pk)" } },
    ],
  });
  const ExpressionAttributeValues = { ":pk": { S: "a" } };
  await call("Query", { TableName: table, KeyConditionExpression: "pk = :pk", ExpressionAttributeValues });
  for (const { ShardId } of await listShards(call, StreamArn)) {
    const at = { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" };
    await call("GetRecords", { ShardIterator: (await call("GetShardIterator", at)).ShardIterator });
  }
}
