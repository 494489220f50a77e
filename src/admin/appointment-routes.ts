import { z } from "zod";
import { readDossier } from "../books/appointment-book.ts";
import { readTimeline } from "../books/timeline-book.ts";
import { appointmentStatusSchema } from "../domain/appointment.ts";
import { instantSchema } from "../domain/instant.ts";
import { promptStateSchema } from "../domain/prompt.ts";
import { NotFoundError } from "../http/input-errors.ts";
import { parseInput } from "../http/parse-input.ts";
import type { Route } from "../http/route.ts";
import { type AdminApiDeps, limitSchema, namedConnection, namedRecord } from "./admin-api.ts";
import { NoReaderError } from "./admin-errors.ts";
import { type AppointmentFilter, listAppointments } from "./list-appointments.ts";
import { presentRecord } from "./present-appointment.ts";
import { readCursor } from "./read-page.ts";

/** A filter that is there but empty is one that was not filled in. */
const text = z
  .string()
  .max(200)
  .transform((value) => (value === "" ? undefined : value))
  .optional();

const querySchema = z.object({
  connection: text,
  rep: text,
  from: text.pipe(instantSchema.optional()),
  to: text.pipe(instantSchema.optional()),
  state: text.pipe(z.union([appointmentStatusSchema, promptStateSchema]).optional()),
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
        const dossier = await readDossier(deps.redis, record);
        const timeline = await readTimeline(deps.redis, record);
        if (dossier === undefined && timeline.length === 0) {
          throw new NotFoundError("The bridge knows nothing of that record");
        }
        return { status: 200, body: presentRecord(record, { dossier, timeline }, deps.nowMs()) };
      },
    },
    {
      method: "post",
      path: "/appointments/:connection/:recordId/refresh",
      handle: async ({ params }) => {
        const { connection } = namedRecord(deps, params);
        throw new NoReaderError(connection);
      },
    },
  ];
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
    q: rest.q,
    limit: rest.limit,
  };
}
