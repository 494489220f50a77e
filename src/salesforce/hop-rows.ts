import { z } from "zod";
import type { CrmRecord, ServiceAppointmentRecord } from "./crm-record.ts";
import {
  crewIdsOf,
  type HopName,
  type HopQuery,
  lostParentId,
  opportunityWithoutContact,
} from "./hop-queries.ts";
import { isJsonObject, recordIdSchema } from "./record-fields.ts";
import type { SecondHop } from "./record-graph.ts";
import { contactRoleSchema, crewMemberSchema, eventRelationSchema } from "./record-rows.ts";
import type { QueryOutcome } from "./run-queries.ts";

/** The rows that queries around records brought, by the id they hang on. */
export interface HopRows {
  /** Rows of one query for one id; none when the query was refused. */
  of(name: HopName, id: string): readonly unknown[];
  /** The refusals that are worth another try: what hangs on them is not known now. */
  readonly passing: ReadonlyMap<HopName, Extract<QueryOutcome, { kind: "refused" }>>;
}

const duplicateSchema = z.object({ ServiceAppointmentId: recordIdSchema });
const deletionSchema = z.object({ IsDeleted: z.literal(true) });

/** Sorts the rows of the queries. */
export function hopRows(queries: readonly HopQuery[], outcomes: readonly QueryOutcome[]): HopRows {
  const rows = new Map<string, unknown[]>();
  const passing = new Map<HopName, Extract<QueryOutcome, { kind: "refused" }>>();
  for (const [at, { name, key }] of queries.entries()) {
    const outcome = outcomes[at];
    if (outcome?.kind === "refused" && outcome.retry === "later") {
      passing.set(name, outcome);
    }
    for (const row of outcome?.kind === "rows" ? outcome.rows : []) {
      const place = `${name} ${idIn(row, key)}`;
      rows.set(place, [...(rows.get(place) ?? []), row]);
    }
  }
  return { of: (name, id) => rows.get(`${name} ${id}`) ?? [], passing };
}

function idIn(row: unknown, key: string): string {
  const id = recordIdSchema.safeParse(isJsonObject(row) ? row[key] : undefined);
  return id.data ?? "";
}

/** The queries that say something about this record. */
export function hopsOf(record: CrmRecord): readonly HopName[] {
  switch (record.type) {
    case "Event":
      return ["invitees", "duplicates"];
    case "ServiceAppointment":
      return [
        ...opportunityWithoutContact(record).map(() => "contact-roles" as const),
        ...crewIdsOf(record).map(() => "crew" as const),
        ...lostParentId(record).flatMap(() => ["orders", "items"] as const),
      ];
    default:
      return [];
  }
}

/** What the queries say about one record. */
export function secondHopOf(record: CrmRecord, rows: HopRows): Partial<SecondHop> {
  switch (record.type) {
    case "Event":
      return {
        invitees: parseRows(rows.of("invitees", record.Id), eventRelationSchema),
        serviceAppointmentIds: parseRows(rows.of("duplicates", record.Id), duplicateSchema).map(
          ({ ServiceAppointmentId }) => ServiceAppointmentId,
        ),
      };
    case "ServiceAppointment":
      return aroundAppointment(record, rows);
    default:
      return {};
  }
}

function aroundAppointment(record: ServiceAppointmentRecord, rows: HopRows): Partial<SecondHop> {
  const roles = opportunityWithoutContact(record).flatMap((id) => rows.of("contact-roles", id));
  const members = crewIdsOf(record).flatMap((id) => rows.of("crew", id));
  const parents = lostParentId(record).flatMap((id) => [
    ...rows.of("orders", id),
    ...rows.of("items", id),
  ]);
  return {
    contactRoles: parseRows(roles, contactRoleSchema),
    crewMembers: parseRows(members, crewMemberSchema),
    isParentGone: parseRows(parents, deletionSchema).length > 0,
  };
}

/** A row of another shape is left out: it cannot be used, and the rest can. */
function parseRows<Row>(rows: readonly unknown[], schema: z.ZodType<Row>): readonly Row[] {
  return rows.flatMap((row) => {
    const parsed = schema.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
}
