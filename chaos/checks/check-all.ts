import { checkAcked } from "./check-acked.ts";
import { checkBaseline } from "./check-baseline.ts";
import { checkEnded } from "./check-ended.ts";
import { checkInTime } from "./check-in-time.ts";
import { checkNeighbour } from "./check-neighbour.ts";
import { checkNewest } from "./check-newest.ts";
import { checkOnce } from "./check-once.ts";
import { checkParked } from "./check-parked.ts";
import type { Evidence, Verdict } from "./evidence.ts";

const CHECKS = [
  checkAcked,
  checkOnce,
  checkNewest,
  checkInTime,
  checkNeighbour,
  checkEnded,
  checkParked,
  checkBaseline,
] as const;

/** Judges all eight invariants. */
export function checkAll(evidence: Evidence): readonly Verdict[] {
  return CHECKS.map((check) => check(evidence));
}
