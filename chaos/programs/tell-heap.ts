import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { env, memoryUsage, pid } from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** A preload: at SIGUSR2 this process collects its garbage and tells in a file what memory is left in use. */
const folder = env["CHAOS_HEAP_FOLDER"] ?? "";
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

process.on("SIGUSR2", () => {
  collect();
  collect();
  const path = join(folder, `${pid}.json`);
  writeFileSync(`${path}.part`, JSON.stringify(memoryUsage()));
  renameSync(`${path}.part`, path);
});
