import { randomUUID } from "node:crypto";
import { z } from "zod";
import { readAppointment, readDossier } from "../books/appointment-book.ts";
import { queryWords } from "../books/search-words.ts";
import type { RecordRef } from "../books/timeline-book.ts";
import {
  appointmentStatusSchema,
  type RecordType,
  recordTypeSchema,
} from "../domain/appointment.ts";
import { instantSchema } from "../domain/instant.ts";
import { promptStateSchema } from "../domain/prompt.ts";
import { NotFoundError } from "../http/input-errors.ts";
import { parseInput } from "../http/parse-input.ts";
import {
  type AdminApiDeps,
  limitSchema,
  namedRecord,
  readableConnection,
  readableRecord,
} from "./admin-api.ts";
import { NoReaderError } from "./admin-errors.ts";
import type { AdminRoute } from "./admin-route.ts";
import { type AppointmentFilter, listAppointments } from "./list-appointments.ts";
import { presentRecord } from "./present-record.ts";
import { readCursor } from "./read-page.ts";
import { readRecordFacts } from "./read-summary-facts.ts";
import {
  appointmentReply,
  appointmentsReply,
  refreshReply,
} from "./replies/appointment-replies.ts";

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
export function appointmentRoutes(deps: AdminApiDeps): readonly AdminRoute[] {
  return [
    {
      method: "get",
      path: "/appointments",
      describes: {
        summary: "Appointments in order of their start",
        query: querySchema,
        replies: { 200: appointmentsReply },
      },
      handle: async ({ query }) => ({
        status: 200,
        body: await listAppointments(deps, await filterOf(deps, query)),
      }),
    },
    {
      method: "get",
      path: "/appointments/:connection/:recordId",
      describes: { summary: "All that is known of one record", replies: { 200: appointmentReply } },
      handle: async ({ params }) => {
        const record = await readableRecord(deps, params);
        return { status: 200, body: await describeRecord(deps, record) };
      },
    },
    {
      method: "post",
      path: "/appointments/:connection/:recordId/refresh",
      describes: {
        summary: "Read a record from the CRM again, now",
        replies: { 202: refreshReply },
      },
      handle: async ({ params }) => {
        const record = namedRecord(deps, params);
        await askForRefresh(deps, record);
        const { connection, recordId } = record;
        const audit = { what: "Had a record read again", connection, subject: recordId };
        return { status: 202, body: { refreshing: recordId }, audit };
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

/** With what the ids of each object begin that can be an appointment. */
const PREFIX_OF_TYPE: Readonly<Record<RecordType, string>> = {
  ServiceAppointment: "08p",
  Event: "00U",
  Lead: "00Q",
  Opportunity: "006",
};

function recordTypeOf(recordId: string): RecordType | undefined {
  return recordTypeSchema.options.find((type) => recordId.startsWith(PREFIX_OF_TYPE[type]));
}

async function filterOf(deps: AdminApiDeps, query: unknown): Promise<AppointmentFilter> {
  const { connection, from, to, cursor, ...rest } = parseInput(querySchema, query);
  const connections =
    connection === undefined
      ? [...deps.connections.keys()]
      : [await readableConnection(deps, connection)];
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
