import type { Redis } from "ioredis";
import { type AppointmentDossier, readDossiers } from "../books/appointment-book.ts";
import { isFoundBy } from "../books/search-words.ts";
import { isSameSalesforceId } from "../domain/crm-record-id.ts";
import { isoInstant } from "../domain/instant.ts";
import { promptStateAt } from "../domain/prompt.ts";
import { type Candidates, findCandidates } from "./find-candidates.ts";
import { presentAppointment } from "./present-appointment.ts";
import { type LaneEntry, type Page, type Places, readCursor, readPage } from "./read-page.ts";
import { readSummaryFacts } from "./read-summary-facts.ts";
import { outlookOf } from "./summarize-appointment.ts";

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
  /** The status of the appointment, the state of one of its prompts, or its outlook. */
  readonly state: string | undefined;
  /** Words, or beginnings of words, that must all be found. */
  readonly words: readonly string[];
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

/** A page of appointments; where there is more to look through, it says how far the look came. */
export interface AppointmentPage extends Page<ListedAppointment> {
  /** Everything that begins earlier was looked at; null once all was. */
  readonly lookedUntil: string | null;
}

/**
 * Lists appointments by their start, the earliest first, over all connections asked for.
 *
 * One page costs no more than so much, however few it finds; its cursor stays good while appointments come and go.
 */
export async function listAppointments(
  deps: ListAppointmentsDeps,
  filter: AppointmentFilter,
): Promise<AppointmentPage> {
  const nowMs = deps.nowMs();
  const lanes = filter.connections.map((name) => ({
    name,
    chunks: walkLane(deps, name, { filter, nowMs }),
  }));
  const { limit, places } = filter;
  const page = await readPage(lanes, { limit, places, order: "oldest-first" });
  const items = await presentAll(deps.redis, page.items, nowMs);
  return { ...page, items, lookedUntil: lookedUntil(filter, page.nextCursor) };
}

/** Lanes go on side by side: what all of them have passed was looked at. */
function lookedUntil({ connections }: AppointmentFilter, nextCursor: string | null): string | null {
  const places = nextCursor === null ? {} : readCursor(nextCursor);
  const passed = connections.map((name) => places[name]?.atMs ?? Number.NEGATIVE_INFINITY);
  const atMs = Math.min(...passed);
  return nextCursor === null || !Number.isFinite(atMs) ? null : isoInstant(atMs);
}

/** The earliest start that a list or a count looks at. */
export function earliestKeptMs(nowMs: number): number {
  return nowMs - KEPT_MS;
}

interface Found {
  readonly connection: string;
  readonly dossier: AppointmentDossier;
}

interface LaneContext {
  readonly filter: AppointmentFilter;
  readonly nowMs: number;
}

async function* walkLane(
  { redis }: ListAppointmentsDeps,
  connection: string,
  { filter, nowMs }: LaneContext,
): AsyncGenerator<readonly LaneEntry<Found>[], undefined> {
  const { fromMs = earliestKeptMs(nowMs), toMs: untilMs = Number.POSITIVE_INFINITY } = filter;
  const from = filter.places[connection] ?? { atMs: fromMs };
  const { rep, words, limit } = filter;
  const state = filter.state === undefined ? undefined : { name: filter.state, nowMs };
  const isNarrow = state !== undefined || rep !== undefined || words.length > 0;
  const chunk = isNarrow ? CHUNK : Math.min(CHUNK, limit + 1);
  const span = { from, untilMs, rep, words, state, chunk };
  for await (const candidates of findCandidates(redis, connection, span)) {
    yield await readEntries(redis, candidates, { connection, filter, nowMs });
  }
}

/** As many dossiers are read at a time. */
const CHUNK = 100;

async function readEntries(
  redis: Redis,
  { places, passed }: Candidates,
  { connection, filter, nowMs }: LaneContext & { readonly connection: string },
): Promise<readonly LaneEntry<Found>[]> {
  const recordIds = places.map(({ member }) => member);
  const dossiers = await readDossiers(redis, connection, recordIds);
  const entries = places.map((after, at): LaneEntry<Found> => {
    const dossier = dossiers[at];
    const isWanted =
      dossier !== undefined &&
      // The index and the appointment are read one after the other; it may have moved meanwhile.
      dossier.stored.appointment.startAtMs === after.atMs &&
      isMatch(dossier, filter, nowMs);
    return { after, item: isWanted ? { connection, dossier } : undefined, cost: 1 };
  });
  return passed === undefined ? entries : [...entries, { ...passed, item: undefined }];
}

function isMatch(
  dossier: AppointmentDossier,
  { rep, state, words }: AppointmentFilter,
  nowMs: number,
): boolean {
  const { appointment } = dossier.stored;
  return (
    (state === undefined || hasState(dossier, state, nowMs)) &&
    (rep === undefined || appointment.reps.some((one) => isRep(one, rep))) &&
    isFoundBy(words, appointment)
  );
}

function hasState(dossier: AppointmentDossier, state: string, nowMs: number): boolean {
  return (
    dossier.stored.appointment.status === state ||
    dossier.prompts.some((prompt) => promptStateAt(prompt, nowMs) === state) ||
    outlookOf(dossier, nowMs) === state
  );
}

function isRep(
  { userId, email }: AppointmentDossier["stored"]["appointment"]["reps"][number],
  wanted: string,
): boolean {
  return (
    userId === wanted ||
    isSameSalesforceId(userId, wanted) ||
    email?.toLowerCase() === wanted.toLowerCase()
  );
}

/** The facts are read per connection, and put back into the order of the page. */
async function presentAll(
  redis: Redis,
  found: readonly Found[],
  nowMs: number,
): Promise<readonly ListedAppointment[]> {
  const presented = new Map<Found, ListedAppointment>();
  for (const connection of new Set(found.map((one) => one.connection))) {
    const own = found.filter((one) => one.connection === connection);
    const dossiers = own.map(({ dossier }) => dossier);
    const facts = await readSummaryFacts(redis, connection, { dossiers, nowMs });
    for (const [at, one] of own.entries()) {
      const known = facts[at];
      if (known !== undefined) {
        presented.set(one, presentAppointment(connection, one.dossier, known));
      }
    }
  }
  return found.flatMap((one) => presented.get(one) ?? []);
}
