import type { Redis } from "ioredis";
import { type AppointmentDossier, readDossiers } from "../books/appointment-book.ts";
import { type TimeEntry, walkTimeIndex } from "../books/time-index.ts";
import { isSameSalesforceId } from "../domain/crm-record-id.ts";
import { keyspace } from "../keyspace.ts";
import { presentAppointment } from "./present-appointment.ts";
import { type LaneEntry, type Page, type Places, readPage } from "./read-page.ts";

/** Nothing of a visit that began longer ago than this is kept any more, unless it lasted for a month. */
const KEPT_MS = 62 * 86_400_000;

/** Which appointments are asked for; what is undefined does not narrow. */
export interface AppointmentFilter {
  /** Names of connections; the caller checked them. */
  readonly connections: readonly string[];
  /** A user id or an e-mail address. */
  readonly rep: string | undefined;
  /** Bounds of the start, epoch milliseconds, both included. */
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  /** The status of the appointment, or the state of one of its prompts. */
  readonly state: string | undefined;
  /** Part of a record id, a title, a customer's id, or a rep's name, address or id. */
  readonly q: string | undefined;
  readonly limit: number;
  readonly places: Places;
}

/** What a list needs from the world. */
export interface ListAppointmentsDeps {
  readonly redis: Redis;
  readonly nowMs: () => number;
}

/** One line of the list. */
export type ListedAppointment = ReturnType<typeof presentAppointment>;

/** Lists appointments by their start, the earliest first, over all connections asked for. */
export async function listAppointments(
  deps: ListAppointmentsDeps,
  filter: AppointmentFilter,
): Promise<Page<ListedAppointment>> {
  const lanes = filter.connections.map((name) => ({ name, chunks: walkLane(deps, name, filter) }));
  const { limit, places } = filter;
  return readPage(lanes, { limit, places, order: "oldest-first" });
}

/** The earliest start that a list or a count looks at. */
export function earliestKeptMs(nowMs: number): number {
  return nowMs - KEPT_MS;
}

async function* walkLane(
  { redis, nowMs }: ListAppointmentsDeps,
  connection: string,
  filter: AppointmentFilter,
): AsyncGenerator<readonly LaneEntry<ListedAppointment>[], undefined> {
  const { fromMs = earliestKeptMs(nowMs()), toMs = Number.POSITIVE_INFINITY, places } = filter;
  const walk = walkTimeIndex(redis, {
    key: keyspace.appointmentsByStart(connection),
    from: places[connection] ?? { atMs: fromMs, passed: 0 },
    untilMs: toMs,
    order: "oldest-first",
  });
  for await (const entries of walk) {
    const recordIds = entries.map(({ member }) => member);
    const dossiers = await readDossiers(redis, connection, recordIds);
    const context = { connection, filter, nowMs: nowMs() };
    yield entries.map((entry, at) => laneEntry(entry, dossiers[at], context));
  }
}

interface LaneContext {
  readonly connection: string;
  readonly filter: AppointmentFilter;
  readonly nowMs: number;
}

function laneEntry(
  { after }: TimeEntry,
  dossier: AppointmentDossier | undefined,
  { connection, filter, nowMs }: LaneContext,
): LaneEntry<ListedAppointment> {
  const item = dossier === undefined ? undefined : presentAppointment(connection, dossier, nowMs);
  return { after, item: item !== undefined && isMatch(item, filter) ? item : undefined };
}

function isMatch(listed: ListedAppointment, { rep, state, q }: AppointmentFilter): boolean {
  const hasState =
    state === undefined ||
    listed.status === state ||
    listed.prompts.some((prompt) => prompt.state === state);
  return hasState && isOfRep(listed, rep) && isFound(listed, q);
}

function isOfRep({ reps }: ListedAppointment, wanted: string | undefined): boolean {
  return (
    wanted === undefined ||
    reps.some(
      ({ userId, email }) =>
        userId === wanted ||
        isSameSalesforceId(userId, wanted) ||
        email?.toLowerCase() === wanted.toLowerCase(),
    )
  );
}

function isFound(
  { recordId, title, crmObjects, reps }: ListedAppointment,
  q: string | undefined,
): boolean {
  const needle = q?.trim().toLowerCase() ?? "";
  const texts = [
    recordId,
    title,
    ...crmObjects.map(({ objectId }) => objectId),
    ...reps.flatMap(({ userId, name = "", email = "" }) => [userId, name, email]),
  ];
  return texts.some((text) => text.toLowerCase().includes(needle));
}
