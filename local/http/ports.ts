import type { Server } from "node:http";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { StackError } from "../stack-error.ts";

/**
 * Refuses a port that something else listens on, before anything is started. Port 0 means any free one.
 * @param patienceMs  how long a predecessor that is just ending may still hold it
 */
export async function assertPortFree(port: number, patienceMs = 0): Promise<void> {
  if (port === 0) return;
  for (let waitedMs = 0; ; waitedMs += 100) {
    try {
      await listenOnce(port);
      return;
    } catch (error) {
      if (waitedMs >= patienceMs) throw error;
      await sleep(100);
    }
  }
}

function listenOnce(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => reject(portError(port, error)));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve()));
  });
}

/** What to say when a port cannot be had. */
export function portError(port: number, error: NodeJS.ErrnoException): Error {
  if (error.code === "EADDRINUSE") {
    return new StackError(`Port ${port} is in use by another program: stop it, or choose other ports with --port`);
  }
  if (error.code === "EACCES")
    return new StackError(`Port ${port} may not be used by this user: choose one above 1023`);
  return error;
}

export type Listening = { port: number; stop(): Promise<void> };

/** Lets a server listen on the loopback address alone. Port 0 means any free one. @throws StackError when the port cannot be had */
export async function listen(server: Server, wanted: number): Promise<Listening> {
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(portError(wanted, error)));
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : wanted);
    });
  });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      // Kept-alive connections would hold it open.
      server.closeAllConnections();
    });
  return { port, stop };
}
