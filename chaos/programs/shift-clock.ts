import { readFileSync } from "node:fs";
import { env } from "node:process";

const LOOK_MS = 200;

/** A preload: the clock of this process is wrong by what stands in a file, and jumps when that changes. */
const file = env["CHAOS_CLOCK_FILE"] ?? "";
const trueNow = Date.now;
let offsetMs = readOffset();
let lookedAtMs = trueNow();

Date.now = () => {
  const nowMs = trueNow();
  if (Math.abs(nowMs - lookedAtMs) > LOOK_MS) {
    lookedAtMs = nowMs;
    offsetMs = readOffset();
  }
  return nowMs + offsetMs;
};

const TrueDate = Date;
globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [TrueDate.now()] : args, newTarget),
});

function readOffset(): number {
  try {
    return Number(readFileSync(file, "utf8")) || 0;
  } catch {
    return 0;
  }
}
