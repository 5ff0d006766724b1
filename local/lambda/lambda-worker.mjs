import { enableCompileCache } from "node:module";
import { workerData } from "node:worker_threads";

// JavaScript, and before anything else: to strip the types and to compile the function takes longer than half of a start.
if (workerData.compileCache) enableCompileCache(workerData.compileCache);
await import("./lambda-worker.ts");
