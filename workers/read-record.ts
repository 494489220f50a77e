import type { RecordReading } from "../src/appointments/record-reading.ts";
import type { Connection } from "../src/domain/connection.ts";
import { BridgeError } from "../src/errors.ts";
import type { ReadResult } from "../src/salesforce/coalesce-reads.ts";
import { mapRecord } from "../src/salesforce/map-record.ts";
import { OrgAccessError } from "../src/salesforce/org-errors.ts";
import type { RecordRef } from "../src/salesforce/read-outcome.ts";
import type { OpenedOrg } from "./orgs.ts";

/** Without a time from the org or its pause: soon enough for a hiccup, seldom enough for an outage. */
const LOOK_AGAIN_MS = 15_000;

/** Reads one record with whoever else reads now, and maps it to what the appointments understand. */
export async function readRecord(
  { org, reader }: OpenedOrg,
  connection: Connection,
  ref: RecordRef,
): Promise<RecordReading> {
  try {
    return readingOf(await reader.read(ref), connection);
  } catch (error) {
    if (error instanceof BridgeError && isPassing(error)) {
      const waitMs = waitOf(error) ?? org.pause.refusal()?.retryAfterMs ?? LOOK_AGAIN_MS;
      return { kind: "unavailable", code: error.code, afterMs: waitMs };
    }
    throw error;
  }
}

/**
 * An org that cannot be asked now is an expected ending: the event waits, however long that takes. So is one that
 * refuses us as a whole, as a secret can be mended; what is refused of one record comes as its outcome.
 */
function isPassing(error: BridgeError): boolean {
  return error.retry === "later" || error instanceof OrgAccessError;
}

function waitOf(error: BridgeError): number | undefined {
  const given = "retryAfterMs" in error ? error.retryAfterMs : undefined;
  return typeof given === "number" ? given : undefined;
}

function readingOf({ outcome, readAtMs }: ReadResult, connection: Connection): RecordReading {
  if (outcome.kind === "unreadable") {
    const { code, retry, retryAfterMs, problems } = outcome;
    return retry === "later"
      ? { kind: "unavailable", code, afterMs: retryAfterMs ?? LOOK_AGAIN_MS }
      : {
          kind: "unreadable",
          code,
          detail: problems.join("; ") || "Salesforce refuses to show it",
        };
  }
  const mapped = mapRecord(outcome, { connection, nowMs: readAtMs });
  const { recordType, recordId, versionMs } = mapped;
  const why = [...mapped.why, ...mapped.warnings];
  const base = { recordType, recordId, versionMs, readAtMs, why };
  switch (mapped.kind) {
    case "schedule":
    case "hold": {
      const { appointment, duplicateEventIds } = mapped;
      return { kind: "visit", ...base, appointment, duplicateRecordIds: duplicateEventIds };
    }
    case "cancel": {
      const { status, replacedByRecordId } = mapped;
      return {
        kind: "off",
        ...base,
        status,
        isGone: outcome.kind === "gone",
        ...(replacedByRecordId === undefined ? {} : { replacedByRecordId }),
      };
    }
    case "ignore":
      return { kind: "off", ...base, status: "canceled" };
  }
}
