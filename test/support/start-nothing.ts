import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import workers from "node:worker_threads";

/**
 * Unit tests start no process, thread or server: this refuses them, so that a slow test cannot slip in among the fast ones.
 * A test that needs one ends in .stack.test.ts.
 */

const refuse = (): never => {
  throw new Error("A unit test starts nothing: name the file .stack.test.ts");
};

for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"] as const) {
  childProcess[name] = refuse as never;
}
net.Server.prototype.listen = refuse;
workers.Worker = class {
  constructor() {
    refuse();
  }
} as never;
syncBuiltinESMExports();
