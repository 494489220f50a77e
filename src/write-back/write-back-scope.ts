import type { Appointment, RecordType } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";
import { datedRules, isDatedType } from "../domain/dated-object.ts";
import { type WriteBack, writeBackFields } from "../domain/write-back.ts";

/** A stamp that came late still tells something; a day later nobody looks. */
const DAY_MS = 86_400_000;
const SALESFORCE_ID = /^[A-Za-z0-9]{18}$/;

/** Says why nothing is written for an appointment; undefined when something may be. */
export function writeBackHindrance(
  connection: Connection,
  { recordType, recordId, endAtMs }: Appointment,
  nowMs: number,
): string | undefined {
  if (writeBackFields(connection.writeBack).length === 0) {
    return "off";
  }
  if (!isWritten(connection, recordType) || !SALESFORCE_ID.test(recordId)) {
    return "not a record to write to";
  }
  return nowMs > endAtMs + DAY_MS ? "too late" : undefined;
}

/** Leaves the links out unless phones can open them from anywhere, and nobody can read along. */
export function writeBackWithin(writeBack: WriteBack, { protocol }: URL): WriteBack {
  return protocol === "https:"
    ? writeBack
    : { ...writeBack, startLinkField: null, stopLinkField: null };
}

function isWritten({ mapping }: Connection, recordType: RecordType): boolean {
  return !isDatedType(recordType) || datedRules(mapping, recordType) !== undefined;
}
