import type { AlertFacts, AlertThresholds, ConnectionFacts } from "./alert-facts.ts";
import type { Condition } from "./condition.ts";

/** A connection that does not answer for a moment is nobody's business. */
const DOWN_FOR_MS = 5 * 60_000;
/** A share of very few devices says nothing. */
const LEAST_LOST_DEVICES = 3;
const SHOWN_REPS = 5;

/** Says what is wrong by what a look found. Pure; texts hold ids and numbers alone. */
export function findConditions(
  { nowMs, connections, storeRisks }: AlertFacts,
  thresholds: AlertThresholds,
): readonly Condition[] {
  return [
    ...storeConditions(storeRisks),
    ...connections.flatMap((facts) => [
      ...lateConditions(facts, thresholds, nowMs),
      ...parkedConditions(facts, thresholds),
      ...salesforceConditions(facts, thresholds),
      ...siroConditions(facts),
      ...deviceConditions(facts, thresholds),
      ...confirmConditions(facts, thresholds),
    ]),
  ];
}

function storeConditions(risks: readonly string[]): readonly Condition[] {
  const [first] = risks;
  return first === undefined
    ? []
    : [{ code: "STORE_AT_RISK", severity: "critical", text: first, count: 1, holdMs: 0 }];
}

function lateConditions(
  { name, overdueSinceMs, latelyLateMs }: ConnectionFacts,
  { lateSeconds }: AlertThresholds,
  nowMs: number,
): readonly Condition[] {
  const overdueSeconds = Math.floor((nowMs - (overdueSinceMs ?? nowMs)) / 1000);
  const p95Seconds = Math.round(percentile(latelyLateMs, 0.95) / 1000);
  const common = { code: "PROMPTS_LATE", severity: "critical", connection: name } as const;
  if (overdueSeconds > lateSeconds) {
    const text = `A prompt is due for more than ${lateSeconds} s and has not reached a device`;
    return [{ ...common, text, count: 1, holdMs: 0 }];
  }
  if (p95Seconds > lateSeconds) {
    const text = `Prompts reached devices ${p95Seconds} s late within the last five minutes (95th percentile)`;
    return [{ ...common, text, count: 1, holdMs: 0 }];
  }
  return [];
}

function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function parkedConditions(
  { name, parked, parkedLately }: ConnectionFacts,
  { parkedCount }: AlertThresholds,
): readonly Condition[] {
  const found: Condition[] = [];
  if (parked > 0) {
    const text = `${count(parked, "piece")} of work parked and waiting for an operator`;
    found.push(ofConnection(name, { code: "WORK_PARKED", text, count: 1 }));
  }
  if (parkedLately > parkedCount) {
    const text = `${parkedLately} pieces of work were parked within 15 minutes`;
    const growth = { code: "PARKED_GROWTH", text, count: parkedLately } as const;
    found.push({ ...ofConnection(name, growth), severity: "critical" });
  }
  return found;
}

function salesforceConditions(
  { name, salesforceState = "connected", apiShare = 0 }: ConnectionFacts,
  { apiPercent }: AlertThresholds,
): readonly Condition[] {
  if (salesforceState === "ORG_ACCESS_REFUSED") {
    return [refusedSignIn(name, "SALESFORCE_SIGN_IN_REFUSED", "Salesforce")];
  }
  const usedPercent = Math.round(apiShare * 100);
  if (salesforceState === "ORG_API_LIMIT" || usedPercent >= apiPercent) {
    const text =
      salesforceState === "ORG_API_LIMIT"
        ? "The day's Salesforce API calls are used up, or nearly"
        : `More than ${apiPercent} % of the day's Salesforce API calls are used`;
    return [ofConnection(name, { code: "SALESFORCE_API_HIGH", text, count: 1 })];
  }
  return salesforceState === "connected"
    ? []
    : [down(name, "SALESFORCE_DOWN", `Salesforce does not answer (${salesforceState})`)];
}

function siroConditions({ name, siroState = "connected" }: ConnectionFacts): readonly Condition[] {
  if (siroState === "SIRO_ACCESS_REFUSED") {
    return [refusedSignIn(name, "SIRO_SIGN_IN_REFUSED", "Siro")];
  }
  return siroState === "connected"
    ? []
    : [down(name, "SIRO_DOWN", `Siro does not answer (${siroState})`)];
}

function refusedSignIn(
  connection: string,
  code: "SALESFORCE_SIGN_IN_REFUSED" | "SIRO_SIGN_IN_REFUSED",
  system: string,
): Condition {
  const text = `${system} refuses the bridge's credentials`;
  return { code, severity: "critical", connection, text, count: 1, holdMs: 0 };
}

function down(connection: string, code: "SALESFORCE_DOWN" | "SIRO_DOWN", what: string): Condition {
  const text = `${what} for more than five minutes`;
  return { code, severity: "critical", connection, text, count: 1, holdMs: DOWN_FOR_MS };
}

function deviceConditions(
  { name, repsWithoutDevice, workingDevices, devicesWithinHour }: ConnectionFacts,
  { deviceLossPercent }: AlertThresholds,
): readonly Condition[] {
  const found: Condition[] = [];
  const lost = devicesWithinHour - workingDevices;
  if (repsWithoutDevice.length > 0) {
    const shown = repsWithoutDevice.slice(0, SHOWN_REPS).join(", ");
    const more = repsWithoutDevice.length > SHOWN_REPS ? " and more" : "";
    const text = `${count(repsWithoutDevice.length, "rep")} without a working device: ${shown}${more}`;
    found.push(ofConnection(name, { code: "DEVICE_LOST", text, count: repsWithoutDevice.length }));
  }
  if (lost >= LEAST_LOST_DEVICES && (lost / devicesWithinHour) * 100 > deviceLossPercent) {
    const text = `${lost} of ${devicesWithinHour} devices were lost within an hour`;
    const many = { code: "MANY_DEVICES_LOST", text, count: lost } as const;
    found.push({ ...ofConnection(name, many), severity: "critical" });
  }
  return found;
}

function confirmConditions(
  { name, notConfirmedLately }: ConnectionFacts,
  { notConfirmedCount }: AlertThresholds,
): readonly Condition[] {
  if (notConfirmedLately < notConfirmedCount) {
    return [];
  }
  const text = `Siro told of no recording after ${count(notConfirmedLately, "start")} within half an hour; that does not mean there is none`;
  const code = "RECORDINGS_NOT_CONFIRMED";
  return [ofConnection(name, { code, text, count: notConfirmedLately })];
}

function ofConnection(
  connection: string,
  own: Pick<Condition, "code" | "text" | "count">,
): Condition {
  return { ...own, connection, severity: "warning", holdMs: 0 };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
