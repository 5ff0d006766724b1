import { randomInt } from "node:crypto";
import { assertPortFree } from "../../local/http/ports.ts";

/** Below the range from which the system gives ports to outgoing connections: what is free now is free a second later, too. */
const FIRST = 20_000;
const LAST = 30_000;

/** The first of three ports in a row that nobody listens on, for a stack of its own. */
export async function findThreePorts(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (await arePortsFree(port)) return port;
  }
}

/** @param port  the first of three */
export async function arePortsFree(port: number): Promise<boolean> {
  const answers = await Promise.allSettled([port, port + 1, port + 2].map((each) => assertPortFree(each)));
  return answers.every((answer) => answer.status === "fulfilled");
}
