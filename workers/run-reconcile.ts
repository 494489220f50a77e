import type { Job } from "bullmq";
import { listByStart } from "../src/books/appointment-book.ts";
import { polledMark, readWatermarks, saveWatermarks } from "../src/books/watermark-book.ts";
import type { Appointment, RecordType } from "../src/domain/appointment.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { CrmEvent } from "../src/domain/crm-event.ts";
import { BridgeError } from "../src/errors.ts";
import { reconcileJobSchema } from "../src/queues/reconcile.ts";
import { isUsedUp } from "../src/salesforce/call-budget.ts";
import type { ChangedRecord } from "../src/salesforce/changed-record.ts";
import { lookIntoHorizon } from "../src/salesforce/horizon-refs.ts";
import { pollChanges } from "../src/salesforce/poll-changes.ts";
import { isUnsettled } from "../src/salesforce/seen-rows.ts";
import type { JobOutcome } from "./job-outcome.ts";
import type { WorkerKit } from "./kit.ts";
import { notePolled, noteTrouble, type RefusedObject } from "./note-org.ts";
import type { OpenedOrg } from "./orgs.ts";
import type { SettledWork } from "./settle.ts";

/** As many events as one request may bring. */
const EVENTS_PER_PUT = 100;
/** The watermark of the daily look at all that starts within the horizon. */
const HORIZON_MARK = "horizon-day";
const DAY_MS = 86_400_000;
/** After a daily look that the org let us make in part. */
const LOOK_AGAIN_MS = 3_600_000;
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
    const found = await look(kit, connection, opened);
    await tell(kit, opened, found);
    return { kind: "done", note: { connection, found: found?.events ?? "paused" } };
  } catch (error) {
    // The next look comes by itself; the watermark stands where it stood. An operator could not replay it.
    if (error instanceof BridgeError && error.code.startsWith("ORG_")) {
      await noteTrouble(kit, opened, error.code);
      return { kind: "done", note: { connection, reconcile: error.code } };
    }
    throw error;
  }
}

/** Who paused was told nothing by the org, so its note stands; that calls are used up is known without asking. */
async function tell(kit: WorkerKit, opened: OpenedOrg, found: Found | undefined): Promise<void> {
  if (found !== undefined) {
    await notePolled(kit, opened, found.refused);
  } else if (isUsedUp(opened.org)) {
    await noteTrouble(kit, opened, "ORG_API_LIMIT");
  }
}

interface Found {
  readonly events: number;
  readonly refused: readonly RefusedObject[];
}

async function look(kit: WorkerKit, name: string, { org }: OpenedOrg): Promise<Found | undefined> {
  const nowMs = Date.now();
  const marks = await readWatermarks(kit.redis, name);
  const poll = await pollChanges(org, marks, { nowMs });
  const { events, watermarks, covered } = poll;
  if (poll.isPaused) {
    return;
  }
  const isNewDay = nowMs - (marks[HORIZON_MARK]?.stampMs ?? nowMs) >= DAY_MS;
  const upcoming = isNewDay ? await lookIntoHorizon(org, { nowMs }) : NOTHING_UPCOMING;
  const drifted = isNewDay ? await findDrift(kit, org.connection, { nowMs, upcoming }) : [];
  await putAll(kit, name, [...events, ...upcoming.events, ...drifted]);
  // The first poll looks into the horizon by itself.
  const isLooked = isNewDay || marks[HORIZON_MARK] === undefined;
  const stampMs = upcoming.refused.length === 0 ? nowMs : nowMs - DAY_MS + LOOK_AGAIN_MS;
  const horizon = isLooked ? { [HORIZON_MARK]: { stampMs } } : {};
  const polled = covered.map((type) => [polledMark(type), { stampMs: nowMs }] as const);
  await saveWatermarks(kit.redis, name, {
    ...watermarks,
    ...horizon,
    ...Object.fromEntries(polled),
  });
  return {
    events: events.length + upcoming.events.length + drifted.length,
    refused: [...poll.refused, ...upcoming.refused],
  };
}

interface DailyLook {
  readonly nowMs: number;
  readonly upcoming: {
    readonly events: readonly ChangedRecord[];
    readonly refused: readonly { readonly type: RecordType }[];
  };
}

/** What the bridge expects within the horizon and the org, where it shows that at all, does not: it is read again. */
async function findDrift(
  { redis }: WorkerKit,
  { name, schedule }: Connection,
  { nowMs, upcoming }: DailyLook,
): Promise<readonly ChangedRecord[]> {
  const toMs = nowMs + schedule.horizonDays * DAY_MS;
  const expected = await listByStart(redis, name, { fromMs: nowMs, toMs });
  const shown = new Set(upcoming.events.map(({ recordId }) => recordId));
  const hidden = new Set(upcoming.refused.map(({ type }) => type));
  return expected
    .filter(({ appointment, version }) => isExpected(appointment) && version.isRead === true)
    .filter(
      ({ appointment: { recordId, recordType } }) =>
        !(shown.has(recordId) || hidden.has(recordType)),
    )
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
        eventId: isUnsettled(occurredAtMs, receivedAtMs) ? `${eventId}-${receivedAtMs}` : eventId,
        recordType,
        recordId,
        occurredAtMs,
        receivedAtMs,
      }),
    );
    await crmEvents.put(events);
  }
}
