import { randomBytes } from "node:crypto";
import type { RepRef } from "../books/rep-book.ts";
import type { EnrolOutcome } from "../domain/enrolment.ts";
import type { RepEnrolment } from "../domain/rep-enrolment.ts";
import { type EnrolDeviceDeps, enrolDevice } from "./enrol-device.ts";

const TOPIC_BYTES = 16;

/** How a rep's own enrolment ended; with `topic` when it is one that the rep must subscribe to. */
export type RepEnrolOutcome = EnrolOutcome & { readonly topic?: string };

/**
 * Enrols a device for its own rep.
 *
 * An ntfy topic is drawn here: it is all that keeps others from reading along, so nobody gets to choose it.
 */
export async function enrolRepDevice(
  deps: EnrolDeviceDeps,
  rep: RepRef,
  enrolment: RepEnrolment,
): Promise<RepEnrolOutcome> {
  if (enrolment.channel !== "ntfy") {
    return enrolDevice(deps, rep, enrolment);
  }
  const topic = `sb-${randomBytes(TOPIC_BYTES).toString("base64url")}`;
  return { ...(await enrolDevice(deps, rep, { ...enrolment, address: { topic } })), topic };
}
