import { redriveCommand } from "./redrive/command.ts";
import { runCommand } from "./terminal/command-line.ts";

await runCommand("redrive", (signal) => redriveCommand(process.argv.slice(2), signal));
