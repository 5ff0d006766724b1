import { rebuildCommand } from "./rebuild/command.ts";
import { runCommand } from "./terminal/command-line.ts";

await runCommand("rebuild", (signal) => rebuildCommand(process.argv.slice(2), signal));
