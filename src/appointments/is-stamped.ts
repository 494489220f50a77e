import type { CrmEvent } from "../domain/crm-event.ts";
import { instantSchema } from "../domain/instant.ts";

type RecordChanged = Extract<CrmEvent, { kind: "record-changed" }>;

/**
 * Says whether the event's time is the record's own, so that it can be compared with what is known of the record.
 *
 * A message without stamps has the time of its arrival, by the bridge's clock; what a poll found may have the stamp
 * of an assignment, which can become visible after the record changed again.
 */
export function isStamped({ source, fields, occurredAtMs }: RecordChanged): boolean {
  switch (source) {
    case "outbound-message":
      return [fields?.["SystemModstamp"], fields?.["LastModifiedDate"]].some(
        (text) => instantSchema.safeParse(text).data === occurredAtMs,
      );
    case "reconcile":
      return false;
    case "json":
    case "change-event":
      return true;
  }
}
