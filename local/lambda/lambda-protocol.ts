/** What goes between lambda.ts and the worker threads it runs functions in. Payloads are JSON text, as in Lambda. */

export type WorkerSetup = {
  file: string;
  exportName: string;
  functionName: string;
  functionArn: string;
  memoryMb: number;
  logFormat: "JSON" | "Text";
  logLevel: string | undefined;
  /** what an invocation gets of a core, at most 1: what it computes takes so much longer */
  cpuShare: number;
  /** a directory that keeps compiled code from one start to the next; left out: nothing is kept */
  compileCache: string | undefined;
};

export type Order = { requestId: string; payload: string; deadlineAt: number };

export type Reply = { kind: "ready" } | { kind: "result"; payload: string } | { kind: "error"; error: FunctionError };

/** As Lambda reports it. */
export type FunctionError = { errorType: string; errorMessage: string; trace?: string[] };
