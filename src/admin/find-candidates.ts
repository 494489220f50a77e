import type { Redis } from "ioredis";
import { listOfRep, type VisitPlace } from "../books/appointment-index.ts";
import { findVisits, type WantedState } from "../books/find-visits.ts";
import { isFoundByState } from "../books/rebuild-search.ts";
import { queryWords } from "../books/search-words.ts";
import { type TimePlace, walkTimeIndex } from "../books/time-index.ts";
import { canonicalRecordId } from "../domain/crm-record-id.ts";
import { keyspace } from "../keyspace.ts";

/** So many lines of the indexes cost as much as reading one appointment. */
const LINES_PER_COST = 200;

/** Where to look for appointments, and by what. */
export interface CandidateSpan {
  readonly from: TimePlace;
  readonly untilMs: number;
  /** A user id or an e-mail address. */
  readonly rep: string | undefined;
  readonly words: readonly string[];
  readonly state: WantedState | undefined;
  readonly chunk: number;
}

/** Some appointments that may be meant, in order: all that are meant are among them. */
export interface Candidates {
  readonly places: readonly VisitPlace[];
  /** How far the look came behind them, and what it cost besides reading them. */
  readonly passed?: { readonly after: TimePlace; readonly cost: number };
}

/**
 * Finds the appointments of a connection that a filter may mean, by the indexes that narrow most.
 *
 * What an older version stored can be found by its state once the upkeep came by; until then a state does not narrow here.
 */
export async function* findCandidates(
  redis: Redis,
  connection: string,
  span: CandidateSpan,
): AsyncGenerator<Candidates, undefined> {
  const { rep } = span;
  if (rep !== undefined && !rep.includes("@")) {
    return yield* ofRep(redis, connection, { ...span, rep });
  }
  // An address is among the words by which an appointment is found.
  const words = [...span.words, ...queryWords(rep ?? "")];
  const isIndexed = span.state !== undefined && (await isFoundByState(redis, connection));
  const state = isIndexed ? span.state : undefined;
  return words.length > 0 || state !== undefined
    ? yield* byIndex(redis, connection, { ...span, words, state })
    : yield* inOrder(redis, connection, span);
}

async function* inOrder(
  redis: Redis,
  connection: string,
  { from, untilMs, chunk }: CandidateSpan,
): AsyncGenerator<Candidates, undefined> {
  const key = keyspace.appointmentsByStart(connection);
  const order = "oldest-first" as const;
  for await (const entries of walkTimeIndex(redis, { key, from, untilMs, order, chunk })) {
    yield { places: entries.map(({ member, after }) => ({ ...after, member })) };
  }
}

async function* byIndex(
  redis: Redis,
  connection: string,
  { from, untilMs, words, state, chunk }: CandidateSpan,
): AsyncGenerator<Candidates, undefined> {
  let place: TimePlace | undefined = from;
  while (place !== undefined) {
    const look = await findVisits(redis, connection, { words, state, from: place, untilMs });
    yield* inChunks(look.found, chunk);
    place = look.nextMs === undefined ? undefined : { atMs: look.nextMs };
    const cost = look.lines / LINES_PER_COST;
    yield { places: [], passed: { after: place ?? { atMs: untilMs }, cost } };
  }
}

/** A rep's visits are few enough to be put in order here. */
async function* ofRep(
  redis: Redis,
  connection: string,
  { from, untilMs, rep, chunk }: CandidateSpan & { readonly rep: string },
): AsyncGenerator<Candidates, undefined> {
  const visits = await listOfRep(
    redis,
    { connection, userId: canonicalRecordId(rep) },
    { from, untilMs },
  );
  yield* inChunks(visits, chunk);
}

function* inChunks(places: Candidates["places"], chunk: number): Generator<Candidates, undefined> {
  for (let at = 0; at < places.length; at += chunk) {
    yield { places: places.slice(at, at + chunk) };
  }
}
