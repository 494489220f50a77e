import type { Job } from "bullmq";
import { applyReport } from "../src/appointments/apply-report.ts";
import {
  type FollowEventDeps,
  type FollowOutcome,
  followEvent,
} from "../src/appointments/follow-event.ts";
import type { RecordReading } from "../src/appointments/record-reading.ts";
import { changeAppointment, readAppointment } from "../src/books/appointment-book.ts";
import type { Connection } from "../src/domain/connection.ts";
import { type CrmEvent, crmEventSchema } from "../src/domain/crm-event.ts";
import { messageChange } from "../src/salesforce/message-change.ts";
import type { RecordRef } from "../src/salesforce/read-outcome.ts";
import { traced } from "../src/traced.ts";
import { createFairGate } from "./fair-gate.ts";
import type { JobOutcome, ParkOutcome } from "./job-outcome.ts";
import type { WorkerKit } from "./kit.ts";
import { noteAnswered, noteTrouble } from "./note-org.ts";
import { readRecord } from "./read-record.ts";
import type { SettledWork } from "./settle.ts";

/** The org answers, and that is what its note says. */
const BUSY = "ORG_BUSY";

/** Events wait together for their org, by the hundred; what they say is stored by turns. */
const reports = createFairGate(128);

/** Queue adapter of `crm-events`: parse the job, follow the event, speak of the outcome. */
export function followEvents(kit: WorkerKit, job: Job, token: string | undefined): SettledWork {
  const event = crmEventSchema.parse(job.data);
  return {
    token,
    run: async () => outcomeOf(event, await follow(kit, job, event)),
    parkedAs: (reason, detail) => parkEvent(event, reason, detail),
  };
}

/** An org that is slow must not take the places of all others. */
function follow(kit: WorkerKit, { id = "" }: Job, event: CrmEvent): Promise<FollowOutcome> {
  const work = () => followEvent(followDeps(kit), event);
  return kit.orgs.get(event.connection)?.inHand.follow(id, work) ?? work();
}

/** What following an event needs, over the real books, queues and orgs. */
export function followDeps(
  kit: Pick<WorkerKit, "redis" | "planRep" | "crmEvents" | "orgs"> & {
    readonly config: Pick<WorkerKit["config"], "connections">;
  },
): FollowEventDeps {
  const { redis, config } = kit;
  return {
    connections: config.connections,
    readStored: ({ name }, recordId) => readAppointment(redis, { connection: name, recordId }),
    readRecord: (connection, ref) => readFrom(kit, connection, ref),
    messageChange: ({ mapping }, { recordType, fields = {} }) =>
      messageChange(recordType, fields, mapping),
    applyReport: ({ name }, recordId, reportOf) =>
      reports.run(name, () =>
        applyReport(
          {
            connection: name,
            nowMs: Date.now(),
            changeAppointment: (decide) =>
              changeAppointment(redis, { connection: name, recordId }, decide),
          },
          recordId,
          reportOf,
        ),
      ),
    applyPlan: (connection, userId) =>
      traced({ name: "plan", attributes: { "siro_bridge.connection": connection.name } }, () =>
        kit.planRep({ connection, userId }),
      ),
    enqueue: async (event) => {
      await kit.crmEvents.put([event]);
    },
  };
}

async function readFrom(
  kit: Pick<WorkerKit, "redis" | "orgs">,
  connection: Connection,
  ref: RecordRef,
): Promise<RecordReading> {
  const opened = kit.orgs.get(connection.name);
  if (opened === undefined) {
    return { kind: "unreadable", code: "NO_READER", detail: "No Salesforce reader is configured" };
  }
  const reading = await readRecord(opened, connection, ref);
  if (reading.kind !== "unavailable") {
    await noteAnswered(kit, opened);
  } else if (reading.code !== BUSY) {
    await noteTrouble(kit, opened, reading.code);
  }
  return reading;
}

function outcomeOf(event: CrmEvent, outcome: FollowOutcome): JobOutcome {
  const { connection, recordId } = event;
  switch (outcome.kind) {
    case "parked":
      return parkEvent(event, outcome.reason, outcome.detail);
    case "try-later":
      return { kind: "later", afterMs: outcome.afterMs };
    case "followed":
      return {
        kind: "done",
        note: { connection, recordId, source: event.source, verdict: outcome.verdict },
      };
  }
}

function parkEvent(event: CrmEvent, reason: string, detail: string): ParkOutcome {
  const { connection, recordType, recordId } = event;
  return {
    kind: "park",
    connection,
    reason,
    detail,
    work: { kind: "event", event },
    ...(recordType === undefined ? {} : { recordType }),
    ...(recordId === undefined ? {} : { recordId }),
  };
}
