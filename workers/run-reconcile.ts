import type { Job } from "bullmq";
import { listByStart } from "../src/books/appointment-book.ts";
import { POLLED_MARK, readWatermarks, saveWatermarks } from "../src/books/watermark-book.ts";
import type { Appointment } from "../src/domain/appointment.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { CrmEvent } from "../src/domain/crm-event.ts";
import { BridgeError } from "../src/errors.ts";
import { reconcileJobSchema } from "../src/queues/reconcile.ts";
import type { ChangedRecord } from "../src/salesforce/changed-record.ts";
import { lookIntoHorizon } from "../src/salesforce/horizon-refs.ts";
import { type PollResult, pollChanges } from "../src/salesforce/poll-changes.ts";
import type { JobOutcome } from "./job-outcome.ts";
import type { WorkerKit } from "./kit.ts";
import { noteConnected, noteTrouble } from "./note-org.ts";
import type { OpenedOrg } from "./orgs.ts";
import type { SettledWork } from "./settle.ts";

/** As many events as one request may bring. */
const EVENTS_PER_PUT = 100;
/**
 * Stamps count whole seconds, so what was changed just now may change again under the same stamp. Until a
 * stamp is this old its change counts as another one at every look.
 */
const UNSETTLED_MS = 15_000;
/** The watermark of the daily look at all that starts within the horizon. */
const HORIZON_MARK = "horizon-day";
const DAY_MS = 86_400_000;
const NOTHING_UPCOMING = { events: [], refused: [] } as const;

/** Queue adapter of `reconcile`: one look at one org; what it finds goes the way of every other event. */
export function runReconcile(kit: WorkerKit, job: Job, token: string | undefined): SettledWork {
  const { connection } = reconcileJobSchema.parse(job.data);
  return {
    token,
    run: async () => reconcile(kit, connection),
    parkedAs: (reason, detail) => ({
      kind: "park",
      connection,
      reason,
      detail,
      work: { kind: "unreadable", queue: job.queueName, payload: job.data },
    }),
  };
}

async function reconcile(kit: WorkerKit, connection: string): Promise<JobOutcome> {
  const opened = kit.orgs.get(connection);
  if (opened === undefined) {
    return { kind: "done", note: { connection, reconcile: "not configured" } };
  }
  try {
    const events = await look(kit, connection, opened);
    await noteConnected(kit, opened);
    return { kind: "done", note: { connection, found: events } };
  } catch (error) {
    // The next look comes by itself; the watermark stands where it stood.
    if (error instanceof BridgeError && "retryAfterMs" in error) {
      await noteTrouble(kit, opened, error.code);
      return { kind: "done", note: { connection, reconcile: error.code } };
    }
    throw error;
  }
}

async function look(kit: WorkerKit, name: string, { org }: OpenedOrg): Promise<number> {
  const nowMs = Date.now();
  const marks = await readWatermarks(kit.redis, name);
  const poll = await pollChanges(org, marks, { nowMs });
  const { events, watermarks } = poll;
  const isNewDay = nowMs - (marks[HORIZON_MARK]?.stampMs ?? nowMs) >= DAY_MS;
  const upcoming = isNewDay ? await lookIntoHorizon(org, { nowMs }) : NOTHING_UPCOMING;
  const drifted = isNewDay ? await findDrift(kit, org.connection, { nowMs, upcoming }) : [];
  await putAll(kit, name, [...events, ...upcoming.events, ...drifted]);
  // The first poll looks into the horizon by itself; a day that was looked at in part is looked at again.
  const isFirst = marks[HORIZON_MARK] === undefined;
  const isLooked = isFirst || (isNewDay && upcoming.refused.length === 0);
  const horizon = isLooked ? { [HORIZON_MARK]: { stampMs: nowMs } } : {};
  const polled = isWhole(poll) ? { [POLLED_MARK]: { stampMs: nowMs } } : {};
  await saveWatermarks(kit.redis, name, { ...watermarks, ...horizon, ...polled });
  return events.length + upcoming.events.length + drifted.length;
}

/** A poll that stopped half-way, or was not shown everything, confirms nothing. */
function isWhole({ isPaused, refused, watermarks }: PollResult): boolean {
  const isHalfWay = Object.values(watermarks).some((mark) => mark?.afterId !== undefined);
  return !isPaused && refused.length === 0 && !isHalfWay;
}

interface DailyLook {
  readonly nowMs: number;
  readonly upcoming: { readonly events: readonly ChangedRecord[] };
}

/** What the bridge expects within the horizon and the org does not show there: it is read again. */
async function findDrift(
  { redis }: WorkerKit,
  { name, schedule }: Connection,
  { nowMs, upcoming }: DailyLook,
): Promise<readonly ChangedRecord[]> {
  const toMs = nowMs + schedule.horizonDays * DAY_MS;
  const expected = await listByStart(redis, name, { fromMs: nowMs, toMs });
  const shown = new Set(upcoming.events.map(({ recordId }) => recordId));
  return expected
    .filter(({ appointment, version }) => isExpected(appointment) && version.isRead === true)
    .filter(({ appointment }) => !shown.has(appointment.recordId))
    .map(({ appointment: { recordType, recordId } }) => {
      const eventId = `drift-${recordId}-${nowMs}`;
      return { eventId, recordType, recordId, occurredAtMs: nowMs, isDeleted: false };
    });
}

function isExpected({ status }: Appointment): boolean {
  return status === "scheduled" || status === "in-progress";
}

async function putAll(
  { crmEvents }: WorkerKit,
  connection: string,
  changes: readonly ChangedRecord[],
): Promise<void> {
  const receivedAtMs = Date.now();
  for (let at = 0; at < changes.length; at += EVENTS_PER_PUT) {
    const events = changes.slice(at, at + EVENTS_PER_PUT).map(
      ({ eventId, recordType, recordId, occurredAtMs }): CrmEvent => ({
        kind: "record-changed",
        connection,
        source: "reconcile",
        eventId:
          receivedAtMs - occurredAtMs < UNSETTLED_MS ? `${eventId}-${receivedAtMs}` : eventId,
        recordType,
        recordId,
        occurredAtMs,
        receivedAtMs,
      }),
    );
    await crmEvents.put(events);
  }
}
