import { planCommand } from "./plan/command.ts";
import { runCommand } from "./terminal/command-line.ts";

await runCommand("plan", () => planCommand(process.argv.slice(2)));
