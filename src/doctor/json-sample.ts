import { Webhook } from "standardwebhooks";
import { isoInstant } from "../domain/instant.ts";
import { sampleId } from "./sample-ids.ts";

/** The invented rep of every sample. */
export const SAMPLE_REP = {
  userId: "005000000000000AAA",
  email: "sample.rep@example.com",
  name: "Sample Rep",
} as const;

/** What a sample of JSON events says; times are seconds. */
export interface JsonSample {
  /** Five letters or digits that tell this sample from others. */
  readonly nonce: string;
  /** How many visits, at most 100. */
  readonly count: number;
  /** The number of the first one. */
  readonly from?: number;
  readonly startsInSeconds: number;
  readonly lastsSeconds: number;
}

/** Writes the body of JSON events: visits of an invented rep that begin and end at the same time. Pure. */
export function jsonSample(sample: JsonSample, nowMs: number): string {
  const { nonce, count, from = 0, startsInSeconds, lastsSeconds } = sample;
  const startAtMs = nowMs + startsInSeconds * 1000;
  const events = Array.from({ length: count }, (_, at) => {
    const recordId = sampleId("08p", nonce, from + at);
    return {
      eventId: `sample-${recordId}`,
      recordType: "ServiceAppointment",
      recordId,
      occurredAt: isoInstant(nowMs),
      appointment: {
        status: "scheduled",
        startAt: isoInstant(startAtMs),
        endAt: isoInstant(startAtMs + lastsSeconds * 1000),
        title: "Sample visit",
        crmObjects: [{ objectType: "ServiceAppointment", objectId: recordId }],
        reps: [SAMPLE_REP],
      },
    };
  });
  return JSON.stringify({ events });
}

/** The secrets that can prove who sends; the first one counts. */
export interface Proofs {
  readonly signingSecrets: readonly string[];
  readonly webhookSecrets: readonly string[];
}

/** The headers that prove a body: a signature where there is a signing secret, else a bearer secret. */
export function proofHeaders(
  { signingSecrets: [signing], webhookSecrets: [bearer] }: Proofs,
  { body, id, nowMs }: { readonly body: string; readonly id: string; readonly nowMs: number },
): Readonly<Record<string, string>> {
  if (signing === undefined) {
    return { authorization: `Bearer ${bearer ?? ""}` };
  }
  const timestamp = Math.floor(nowMs / 1000);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": new Webhook(signing).sign(id, new Date(timestamp * 1000), body),
  };
}
