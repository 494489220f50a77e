import type { Job } from "bullmq";
import { applyReport } from "../src/appointments/apply-report.ts";
import { type FollowEventDeps, followEvent } from "../src/appointments/follow-event.ts";
import { changeAppointment } from "../src/books/appointment-book.ts";
import { type CrmEvent, crmEventSchema } from "../src/domain/crm-event.ts";
import type { JobOutcome, ParkOutcome } from "./job-outcome.ts";
import type { WorkerKit } from "./kit.ts";
import { planRep } from "./plan-rep.ts";
import type { SettledWork } from "./settle.ts";

/** Queue adapter of `crm-events`: parse the job, follow the event, speak of the outcome. */
export function followEvents(kit: WorkerKit, job: Job, token: string | undefined): SettledWork {
  const event = crmEventSchema.parse(job.data);
  return {
    token,
    run: async () => outcomeOf(event, await followEvent(followDeps(kit), event)),
    parkedAs: (reason, detail) => parkEvent(event, reason, detail),
  };
}

function followDeps(kit: WorkerKit): FollowEventDeps {
  return {
    connections: kit.config.connections,
    applyReport: ({ name }, report) => {
      const record = { connection: name, recordId: report.appointment.recordId };
      return applyReport(
        {
          connection: name,
          nowMs: Date.now(),
          changeAppointment: (decide) => changeAppointment(kit.redis, record, decide),
        },
        report,
      );
    },
    applyPlan: (connection, userId) => planRep(kit, connection, userId),
  };
}

function outcomeOf(event: CrmEvent, outcome: Awaited<ReturnType<typeof followEvent>>): JobOutcome {
  if (outcome.kind === "parked") {
    return parkEvent(event, outcome.reason, outcome.detail);
  }
  const { connection, recordId } = event;
  return { kind: "done", note: { connection, recordId, verdict: outcome.verdict } };
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
