#!/usr/bin/env node
import { existsSync } from "node:fs";

const entry = new URL("../dist/src/cli/main.js", import.meta.url);

if (existsSync(entry)) {
  const { runCli } = await import(entry.href);
  process.exitCode = await runCli(process.argv.slice(2));
} else {
  process.stderr.write("siro-bridge is not built yet; run `npm run build` first\n");
  process.exitCode = 1;
}
