import type { Redis } from "ioredis";
import { addAudit } from "../books/audit-book.ts";
import type { RecordAudit } from "./admin-route.ts";

/** Makes the recorder of changes: every one becomes a line of the audit trail. */
export function createAuditTrail({
  redis,
  nowMs,
}: {
  readonly redis: Redis;
  readonly nowMs: () => number;
}): RecordAudit {
  return async ({ name }, { before, after, ...note }) =>
    addAudit(redis, {
      atMs: nowMs(),
      who: name,
      ...note,
      ...(before === undefined ? {} : { before: { ...before } }),
      ...(after === undefined ? {} : { after: { ...after } }),
    });
}
