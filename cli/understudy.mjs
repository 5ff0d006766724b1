#!/usr/bin/env node
// What `npx understudy` starts.
process.argv.splice(2, 0, "understudy");
await import("./with-node.mjs");
