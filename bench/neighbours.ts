import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { canonicalRecordId } from "../src/domain/crm-record-id.ts";
import { ACME, type BenchBridge, BridgeFailedError } from "./bench-bridge.ts";

const HOUR_MS = 3_600_000;
/** The default of `schedule.startLeadSeconds`. */
const LEAD_MS = 120_000;
const EVENTS_PER_REQUEST = 100;

/** The connection whose prompts are measured. */
export const NEIGHBOUR = { name: "neighbour", organizationId: "00D5f000004XyZbEAK" } as const;

/** A connection that sends events. */
export interface Sender {
  readonly name: string;
  readonly signingSecret: string;
}

const madeSchema = z.object({ shownOnce: z.object({ signingSecrets: z.string() }) });

/** Makes the measured connection beside the one that the bridge has. */
export async function makeNeighbour({ url }: BenchBridge): Promise<Sender> {
  const answer = await fetch(`${url}/admin/api/connections`, {
    method: "POST",
    body: JSON.stringify({ settings: NEIGHBOUR }),
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${ACME.adminApiToken}`,
    },
  });
  const { shownOnce } = madeSchema.parse(await answer.json());
  return { name: NEIGHBOUR.name, signingSecret: shownOnce.signingSecrets };
}

/**
 * Posts signed events through the front door.
 *
 * @throws {BridgeFailedError} when they are not taken.
 */
export async function post(
  { url }: BenchBridge,
  { name, signingSecret }: Sender,
  events: readonly object[],
): Promise<void> {
  for (let from = 0; from < events.length; from += EVENTS_PER_REQUEST) {
    const body = JSON.stringify({ events: events.slice(from, from + EVENTS_PER_REQUEST) });
    const now = new Date();
    const id = `msg_${now.getTime()}`;
    const { status } = await fetch(`${url}/webhooks/events/${name}`, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
        "webhook-signature": new Webhook(signingSecret).sign(id, now, body),
      },
    });
    if (status !== 202) {
      throw new BridgeFailedError(`events of ${name} were answered with ${status}`);
    }
  }
}

/** An event about a visit whose start is due at a moment. */
export function eventOf(visit: number, dueAtMs: number): object {
  const startAtMs = dueAtMs + LEAD_MS;
  return {
    eventId: `fair-${visit}`,
    recordType: "ServiceAppointment",
    recordId: recordIdOf(visit),
    occurredAt: new Date().toISOString(),
    appointment: {
      status: "scheduled",
      startAt: new Date(startAtMs).toISOString(),
      endAt: new Date(startAtMs + HOUR_MS).toISOString(),
      title: `Roof inspection and quote, visit ${visit}`,
      crmObjects: [],
      reps: [{ userId: userIdOf(visit) }],
    },
  };
}

/** The record of an invented visit. */
export function recordIdOf(visit: number): string {
  return canonicalRecordId(`08p5f${String(visit).padStart(10, "0")}`);
}

/** The user id of its rep. */
export function userIdOf(visit: number): string {
  return canonicalRecordId(`0055f${String(visit).padStart(10, "0")}`);
}
