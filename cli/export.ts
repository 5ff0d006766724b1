import { exportCommand } from "./export/command.ts";
import { runCommand } from "./terminal/command-line.ts";

await runCommand("export", (signal) => exportCommand(process.argv.slice(2), signal));
