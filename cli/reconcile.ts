import { reconcileCommand } from "./reconcile/command.ts";
import { runCommand } from "./terminal/command-line.ts";

await runCommand("reconcile", (signal) => reconcileCommand(process.argv.slice(2), signal));
