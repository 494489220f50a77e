import { createHash } from "node:crypto";

/** The longest `Topic` of a web push message (RFC 8030, section 5.4). */
const LONGEST_TOPIC = 32;

/**
 * One key per appointment and rep, the same for its start and its stop: what a device shows is replaced in place.
 *
 * 32 base64url characters; tells nothing about the appointment.
 */
export function collapseKey(appointment: {
  readonly connection: string;
  readonly recordId: string;
  readonly userId: string;
}): string {
  const { connection, recordId, userId } = appointment;
  return createHash("sha256")
    .update([connection, recordId, userId].join("\n"))
    .digest("base64url")
    .slice(0, LONGEST_TOPIC);
}
