import { checkpoint } from "./checkpoint/command.ts";
import { runCommand } from "./terminal/command-line.ts";

await runCommand("checkpoint", (signal) => checkpoint(process.argv.slice(2), signal));
