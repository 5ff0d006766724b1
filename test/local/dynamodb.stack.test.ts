import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DynamoDb, startDynamoDb } from "../../local/dynamodb/dynamodb.ts";
import { makeCall } from "../../local/dynamodb/dynamodb-calls.ts";
import { javaProgram } from "../../local/dynamodb/java-program.ts";
import { ensureTables } from "../../local/dynamodb/tables.ts";
import { fixtureTable } from "../support/fixture-template.ts";
import { isAlive } from "../support/until.ts";

const log = () => {};
let dynamodb: DynamoDb;

beforeAll(async () => {
  dynamodb = await startDynamoDb({ port: 0, log });
});

afterAll(async () => {
  await dynamodb.stop();
});

function statusFor(headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(dynamodb.endpoint, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.end("{}");
  });
}

describe("DynamoDB Local", () => {
  it("listens on 127.0.0.1 only", async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter((each) => !each.internal && each.family === "IPv4");
    for (const { address } of others) {
      const refused = await new Promise<boolean>((resolve) => {
        const socket = connect(dynamodb.port, address, () => {
          socket.destroy();
          resolve(false);
        }).on("error", () => resolve(true));
      });
      expect(refused).toBe(true);
    }
    if (process.platform === "linux") expect(listenersOf(dynamodb.port)).toEqual(["127.0.0.1"]);
  });

  it("refuses foreign Hosts and Origins, and knows this machine under each of its names", async () => {
    for (const Host of ["evil.example", "127.0.0.1.evil.example", "10.1.2.3:80"])
      expect(await statusFor({ Host })).toBe(403);
    for (const Origin of ["https://evil.example", "null", "http://localhost.evil.example"]) {
      expect(await statusFor({ Origin })).toBe(403);
    }
    for (const Host of ["localhost", "127.0.0.1:1", "[::1]:80"]) expect(await statusFor({ Host })).not.toBe(403);
    expect(await statusFor({ Origin: "http://localhost:3000" })).not.toBe(403);
  });

  it("makes a template's tables once, and refuses others under their names", async () => {
    const call = makeCall(dynamodb.endpoint);
    await ensureTables(call, [fixtureTable]);
    await ensureTables(call, [fixtureTable]);
    const other = {
      ...fixtureTable,
      keySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      attributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    };

    await expect(ensureTables(call, [other])).rejects.toMatchObject({ name: "StackError" });
    expect((await call("DescribeTimeToLive", { TableName: fixtureTable.name })).TimeToLiveDescription).toMatchObject({
      TimeToLiveStatus: "ENABLED",
      AttributeName: "expires_at",
    });
  });

  it("says in one line when its port is taken", async () => {
    const second = startDynamoDb({ port: dynamodb.port, log });

    await expect(second).rejects.toThrow(`Port ${dynamodb.port} is in use by another program`);
  });

  it("says in one line when there is no Java", async () => {
    await expect(startDynamoDb({ port: 0, java: "/nowhere/java", log })).rejects.toThrow(
      /^Java was not found: install a JDK 17 or newer .*--dynamodb URL$/,
    );
  });

  it("says in one line when Java has no compiler", async () => {
    const directory = await mkdtemp(join(tmpdir(), "understudy-test-"));
    const runtimeOnly = join(directory, "java");
    await writeFile(runtimeOnly, '#!/bin/sh\nexec java --limit-modules java.se,jdk.unsupported "$@"\n');
    await chmod(runtimeOnly, 0o755);

    await expect(startDynamoDb({ port: 0, java: runtimeOnly, log })).rejects.toThrow(
      /^This Java is too old or has no compiler: install a JDK 17 or newer/,
    );
    await rm(directory, { recursive: true });
  });

  it("is started with the classes of an earlier start, which Java takes for those it would load", async () => {
    const { java, options, classPath } = await javaProgram();
    // -Xshare:on: Java refuses to start with an archive it would otherwise pass over in silence.
    const said = execFileSync(java, [...options, "-Xshare:on", "-cp", classPath, "-version"], { stdio: "pipe" });

    expect(options.join(" ")).toContain("-XX:SharedArchiveFile=");
    expect(String(said)).toBe("");
  });

  it("ends when asked to", async () => {
    const second = await startDynamoDb({ port: 0, log });
    expect(isAlive(second.pid)).toBe(true);
    await second.stop();

    expect(isAlive(second.pid)).toBe(false);
    expect(await second.ended).toEqual({ code: 0, asked: true });
  });
});

/** Local addresses that listen on a port, from the kernel's tables. */
function listenersOf(port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const tables = execFileSync("cat", ["/proc/net/tcp", "/proc/net/tcp6"], { encoding: "utf8" });
  return tables.split("\n").flatMap((row) => {
    const [, local = "", , state] = row.trim().split(/\s+/);
    const [address = "", rowPort] = local.split(":");
    return rowPort === hexPort && state === "0A" ? [readable(address)] : [];
  });
}

/** 0100007F, alone or as the end of an IPv4-mapped address, is 127.0.0.1. */
function readable(hex: string): string {
  if (hex.length === 32 && !hex.startsWith("0000000000000000FFFF0000")) return hex;
  return (hex.slice(-8).match(/../g) ?? [])
    .map((byte) => Number.parseInt(byte, 16))
    .reverse()
    .join(".");
}
