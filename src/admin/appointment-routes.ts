import { randomUUID } from "node:crypto";
import { z } from "zod";
import { readAppointment, readDossier } from "../books/appointment-book.ts";
import { queryWords } from "../books/search-words.ts";
import type { RecordRef } from "../books/timeline-book.ts";
import { appointmentStatusSchema, type RecordType } from "../domain/appointment.ts";
import { instantSchema } from "../domain/instant.ts";
import { promptStateSchema } from "../domain/prompt.ts";
import { NotFoundError } from "../http/input-errors.ts";
import { parseInput } from "../http/parse-input.ts";
import type { Route } from "../http/route.ts";
import { type AdminApiDeps, limitSchema, namedConnection, namedRecord } from "./admin-api.ts";
import { NoReaderError } from "./admin-errors.ts";
import { type AppointmentFilter, listAppointments } from "./list-appointments.ts";
import { presentRecord } from "./present-record.ts";
import { readCursor } from "./read-page.ts";
import { readRecordFacts } from "./read-summary-facts.ts";

/** A filter that is there but empty is one that was not filled in. */
const text = z
  .string()
  .max(200)
  .transform((value) => (value === "" ? undefined : value))
  .optional();

/** The outlooks that a prompt's state or a status does not name already; what is parked has a list of its own. */
const outlookSchema = z.enum(["planned", "opened", "done", "not-sent"]);

const querySchema = z.object({
  connection: text,
  rep: text,
  from: text.pipe(instantSchema.optional()),
  to: text.pipe(instantSchema.optional()),
  state: text.pipe(z.union([appointmentStatusSchema, promptStateSchema, outlookSchema]).optional()),
  q: text,
  cursor: z.string().max(20_000).optional(),
  limit: limitSchema,
});

/** The routes of appointments: a list, one of them, and reading one from the CRM again. */
export function appointmentRoutes(deps: AdminApiDeps): readonly Route[] {
  return [
    {
      method: "get",
      path: "/appointments",
      handle: async ({ query }) => ({
        status: 200,
        body: await listAppointments(deps, filterOf(deps, query)),
      }),
    },
    {
      method: "get",
      path: "/appointments/:connection/:recordId",
      handle: async ({ params }) => {
        const record = namedRecord(deps, params);
        return { status: 200, body: await describeRecord(deps, record) };
      },
    },
    {
      method: "post",
      path: "/appointments/:connection/:recordId/refresh",
      handle: async ({ params }) => {
        const record = namedRecord(deps, params);
        await askForRefresh(deps, record);
        return { status: 202, body: { refreshing: record.recordId } };
      },
    },
  ];
}

async function describeRecord(deps: AdminApiDeps, record: RecordRef) {
  const { redis, connections, describeLink } = deps;
  const dossier = await readDossier(redis, record);
  const facts = await readRecordFacts(redis, record, { dossier, nowMs: deps.nowMs() });
  if (dossier === undefined && facts.timeline.length === 0) {
    throw new NotFoundError("The bridge knows nothing of that record");
  }
  const connection = connections.get(record.connection);
  return presentRecord(record, facts, (prompt) =>
    connection === undefined || dossier === undefined
      ? { link: null, linkParts: [] }
      : describeLink(connection, { prompt, appointment: dossier.stored.appointment }),
  );
}

/** Lets the record be read again the way every event does; only known records tell what object they are. */
async function askForRefresh(deps: AdminApiDeps, record: RecordRef): Promise<void> {
  const { connection, recordId } = record;
  if (deps.connections.get(connection)?.salesforce === undefined) {
    throw new NoReaderError(connection);
  }
  const stored = await readAppointment(deps.redis, record);
  const recordType = stored?.appointment.recordType ?? recordTypeOf(recordId);
  if (recordType === undefined) {
    throw new NotFoundError("The bridge knows nothing of that record");
  }
  const nowMs = deps.nowMs();
  await deps.queues.crmEvents.put([
    {
      kind: "record-changed",
      connection,
      source: "reconcile",
      eventId: `refresh-${recordId}-${nowMs}-${randomUUID()}`,
      recordType,
      recordId,
      occurredAtMs: nowMs,
      receivedAtMs: nowMs,
    },
  ]);
}

/** The objects that can be an appointment, by the prefix of their ids. */
const TYPE_OF_PREFIX: Readonly<Record<string, RecordType>> = {
  "08p": "ServiceAppointment",
  "00U": "Event",
  "00Q": "Lead",
  "006": "Opportunity",
};

function recordTypeOf(recordId: string): RecordType | undefined {
  return TYPE_OF_PREFIX[recordId.slice(0, 3)];
}

function filterOf(deps: AdminApiDeps, query: unknown): AppointmentFilter {
  const { connection, from, to, cursor, ...rest } = parseInput(querySchema, query);
  const connections =
    connection === undefined
      ? [...deps.connections.keys()]
      : [namedConnection(deps, connection).name];
  return {
    connections,
    fromMs: from,
    toMs: to,
    places: readCursor(cursor),
    rep: rest.rep,
    state: rest.state,
    words: queryWords(rest.q ?? ""),
    limit: rest.limit,
  };
}
