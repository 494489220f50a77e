import { canonicalRecordId } from "../../src/domain/crm-record-id.ts";
import type { Random } from "../seeded-random.ts";
import { TENANTS } from "../world/tenants.ts";

/** One state of a visit, as one event tells it; times are epoch milliseconds. */
export interface VisitVersion {
  readonly eventId: string;
  readonly occurredAtMs: number;
  readonly status: "scheduled" | "completed" | "canceled";
  readonly userId: string;
  readonly startAtMs: number;
  readonly endAtMs: number;
}

/** One visit of one tenant, with everything that happens to it, oldest first. */
export interface Visit {
  readonly connection: string;
  readonly recordId: string;
  /** It may be anybody's of these, and they have no other. */
  readonly userIds: readonly [string, string];
  readonly versions: readonly VisitVersion[];
}

/** What a drill's visits look like. */
export interface VisitsPlan {
  readonly random: Random;
  /** Visits of each tenant. */
  readonly count: number;
  readonly versions: number;
  /** The first visit begins here; the others within `spreadMs`. */
  readonly beginAtMs: number;
  readonly spreadMs: number;
  readonly lastsMs: number;
  /** Share of the versions that cancel. */
  readonly canceledShare?: number;
  readonly stepMs?: number;
  readonly isOneMoment?: boolean;
  /** Tells these visits' ids from those of other calls. */
  readonly batch?: number;
}

const VISITS_PER_BATCH = 100_000;

/** Draws visits that are created, moved, handed over, canceled and taken up again. */
export function drawVisits(plan: VisitsPlan): readonly Visit[] {
  return TENANTS.flatMap(({ name }, tenantAt) =>
    Array.from({ length: plan.count }, (_, at) =>
      drawVisit(plan, name, (plan.batch ?? 0) * VISITS_PER_BATCH + tenantAt * 50_000 + at),
    ),
  );
}

function drawVisit(plan: VisitsPlan, connection: string, number: number): Visit {
  const {
    random,
    versions,
    beginAtMs,
    spreadMs,
    lastsMs,
    canceledShare = 0.15,
    stepMs = 1_000,
  } = plan;
  const digits = String(number).padStart(10, "0");
  const recordId = canonicalRecordId(`08p7c${digits}`);
  const userIds = [userIdOf(number, "a"), userIdOf(number, "b")] as const;
  const firstMs = Date.now() - 3_600_000;
  const jitterMs = plan.isOneMoment === true ? 0 : 250;
  const placeMs = beginAtMs + Math.floor(random() * spreadMs);
  return {
    connection,
    recordId,
    userIds,
    versions: Array.from({ length: versions }, (_, version) => {
      const startAtMs = placeMs + Math.floor(random() * 4) * jitterMs;
      return {
        eventId: `${connection}-${digits}-v${version}`,
        occurredAtMs: firstMs + version * stepMs,
        status: random() < canceledShare ? "canceled" : "scheduled",
        userId: random() < 0.7 ? userIds[0] : userIds[1],
        startAtMs,
        endAtMs: startAtMs + lastsMs,
      };
    }),
  };
}

function userIdOf(number: number, which: "a" | "b"): string {
  return canonicalRecordId(`0057c${which === "a" ? "1" : "2"}${String(number).padStart(9, "0")}`);
}

/** The body of one event, as a sender writes it. */
export function eventOf(visit: Visit, version: VisitVersion): object {
  return {
    eventId: version.eventId,
    recordType: "ServiceAppointment",
    recordId: visit.recordId,
    occurredAt: new Date(version.occurredAtMs).toISOString(),
    appointment: {
      status: version.status,
      startAt: new Date(version.startAtMs).toISOString(),
      endAt: new Date(version.endAtMs).toISOString(),
      title: `Visit ${visit.recordId}`,
      crmObjects: [{ objectType: "ServiceAppointment", objectId: visit.recordId }],
      reps: [{ userId: version.userId, email: "rep@example.com", name: "A rep" }],
    },
  };
}
