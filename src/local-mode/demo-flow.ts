import type { StubOrg } from "./stub-org/start-stub-org.ts";
import { textOf } from "./stub-org/store/record.ts";
import type { RecordChange } from "./stub-org/store/record-store.ts";

/** A save in Salesforce changes several records; one message tells of them. */
const AFTER_SAVE_MS = 50;

/**
 * Stands for the record-triggered flows of the Salesforce package: whatever changes about an appointment or
 * its assignment leaves as an outbound message. Returns how to stop.
 */
export function runDemoFlow(org: StubOrg, endpointUrl: string): () => void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  async function send(): Promise<void> {
    timer = undefined;
    const recordIds = [...changed];
    changed.clear();
    await org.sendOutboundMessage(endpointUrl, {
      objectType: "ServiceAppointment",
      recordIds,
      retryUntilAcked: { maxAttempts: 20 },
    });
  }

  const stopListening = org.store.onChange((change) => {
    const recordId = appointmentIdOf(org, change);
    if (recordId !== undefined) {
      changed.add(recordId);
      timer ??= setTimeout(() => void send(), AFTER_SAVE_MS);
    }
  });
  return () => {
    stopListening();
    clearTimeout(timer);
  };
}

function appointmentIdOf(org: StubOrg, { objectType, recordId }: RecordChange): string | undefined {
  if (objectType === "ServiceAppointment") {
    return recordId;
  }
  const row = objectType === "AssignedResource" ? org.store.get(recordId) : undefined;
  return row === undefined ? undefined : (textOf(row, "ServiceAppointmentId") ?? undefined);
}
