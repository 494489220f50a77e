import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** The bytes in use after all garbage is gone. */
export function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") {
    throw new Error("this Node.js collects no garbage on demand");
  }
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
