import { type Finding, fail, ok, warn } from "./finding.ts";

const WARN_ABOVE_MS = 2_000;
const FAIL_ABOVE_MS = 60_000;

/** What another clock said, and when it was asked; epoch milliseconds of this machine. */
export interface ClockReading {
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
  readonly theirMs: number;
  /** How coarse the other clock speaks: 1,000 for a `Date` header. */
  readonly resolutionMs: number;
}

/**
 * Compares this machine's clock with another one.
 *
 * Pure. What the way there and back and a coarse clock cannot tell is taken off the difference, so that a slow
 * line does not look like a wrong clock.
 */
export function checkClock(whose: string, reading: ClockReading): Finding {
  const aheadMs = aheadOf(reading);
  const offMs = Math.abs(aheadMs);
  if (offMs <= WARN_ABOVE_MS) {
    return ok("clock", `This machine and ${whose} agree on the time to within 2 s`);
  }
  const trouble = {
    message: `This machine's clock is ${secondsText(offMs)} ${aheadMs > 0 ? "behind" : "ahead of"} that of ${whose}`,
    whatToDo:
      "Synchronise the clocks (NTP). Prompts come at the wrong moment by as much, and beyond five minutes signatures are refused",
  };
  return offMs > FAIL_ABOVE_MS ? fail("clock", trouble) : warn("clock", trouble);
}

/** How far the other clock is surely ahead; negative when it is behind, 0 when it may be right. */
function aheadOf({ askedAtMs, answeredAtMs, theirMs, resolutionMs }: ClockReading): number {
  const halfWayMs = (askedAtMs + answeredAtMs) / 2;
  const aheadMs = theirMs + resolutionMs / 2 - halfWayMs;
  const unsureMs = resolutionMs / 2 + (answeredAtMs - askedAtMs) / 2;
  return Math.sign(aheadMs) * Math.max(0, Math.abs(aheadMs) - unsureMs);
}

function secondsText(ms: number): string {
  return `${Math.round(ms / 1000).toLocaleString("en-US")} s`;
}
