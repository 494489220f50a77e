import { findPromptByToken } from "../src/books/prompt-token-book.ts";
import { readSiroMarks, saveSiroMarks } from "../src/books/siro-mark-book.ts";
import { saveSiroNote } from "../src/books/siro-note-book.ts";
import { listWatched } from "../src/books/siro-watch-book.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { PromptRef } from "../src/domain/prompt.ts";
import type { SiroWatch } from "../src/domain/siro-watch.ts";
import { BridgeError } from "../src/errors.ts";
import type { MobileEvent } from "../src/siro/mobile-event.ts";
import type { Siro } from "../src/siro/open-siro.ts";
import { type Look, planLook } from "../src/siro/plan-look.ts";
import { type RepEvents, shareOutEvents } from "../src/siro/share-out-events.ts";
import type { WorkerKit } from "./kit.ts";
import { knownPeople } from "./siro-people.ts";
import { takeInEvents } from "./take-in-events.ts";
import { tellForeignLinks } from "./tell-foreign-links.ts";

/** What refused once will refuse again; an operator needs minutes, not seconds. */
const REFUSED_REST_MS = 300_000;
const AT_ONCE = 20;
const DONE_TOKEN = /(?:\/|%2F)done(?:\/|%2F)([\w-]{16,64})/i;

/** Which Siro is looked at, for whom. */
export interface SiroGround {
  readonly connection: Connection;
  readonly settings: SiroWatch;
  readonly siro: Siro;
}

/** What a look came to, for the log. */
export type LookNote = Readonly<Record<string, unknown>>;

/**
 * Looks at what Siro's apps reported, if anything is outstanding, and takes it in.
 *
 * Siro's own troubles are noted for the operators and end the look; the watermark then stands where it stood.
 */
export async function lookAtSiro(kit: WorkerKit, ground: SiroGround): Promise<LookNote> {
  const { redis } = kit;
  const { connection, settings, siro } = ground;
  const nowMs = Date.now();
  const watched = await listWatched(redis, connection.name, nowMs);
  const marks = await readSiroMarks(redis, connection.name);
  const look = planLook({ marks, watched, settings, nowMs });
  if (look === undefined) {
    return { siro: "not asked" };
  }
  const wanted = [...new Set([...watched.soon, ...watched.late])];
  const people = await knownPeople(kit, { connection: connection.name, siro, wanted });
  try {
    const asked = { ...look, nowMs, siroUserIds: people.siroUserIds };
    const note = await takeInLook(kit, ground, asked);
    await noteState(kit, ground, people.trouble?.code ?? "connected");
    return note;
  } catch (error) {
    if (!(error instanceof BridgeError && error.code.startsWith("SIRO_"))) {
      throw error;
    }
    await noteState(kit, ground, error.code);
    await saveSiroMarks(redis, connection.name, { restUntilMs: nowMs + restMsAfter(error) });
    return { siro: error.code };
  }
}

interface AskedLook extends Look {
  readonly nowMs: number;
  readonly siroUserIds: Readonly<Record<string, string>>;
}

async function takeInLook(
  kit: WorkerKit,
  ground: SiroGround,
  { afterMs, isLate, nowMs, siroUserIds }: AskedLook,
): Promise<LookNote> {
  const { name } = ground.connection;
  const reading = await ground.siro.readMobileEvents({ afterMs });
  const { unreadable, isComplete } = reading;
  const events = reading.events.map((event) => notAhead(event, nowMs));
  const findPromptByLink = (fullUrl: string) => promptByLink(kit, name, fullUrl);
  const findRepByLink = async (fullUrl: string) => (await findPromptByLink(fullUrl))?.userId;
  const shares = await shareOutEvents({ siroUserIds, findRepByLink }, events);
  const fresh = isLate ? shares : shares.filter((share) => isFresh(kit, name, share));
  await takeInShares(kit, ground, { shares: fresh, siroUserIds });
  await tellForeignLinks(kit, { connection: name, events, siroUserIds, findPromptByLink });
  await saveSiroMarks(kit.redis, name, {
    ...(isComplete ? { watermarkMs: nowMs, lookedAtMs: nowMs } : {}),
    ...(isLate ? { lateLookAtMs: nowMs } : {}),
  });
  return { events: events.length, reps: fresh.length, unreadable, isLate, isComplete };
}

interface Taking {
  readonly shares: readonly RepEvents[];
  readonly siroUserIds: AskedLook["siroUserIds"];
}

async function takeInShares(
  kit: WorkerKit,
  { connection, settings }: SiroGround,
  { shares, siroUserIds }: Taking,
): Promise<void> {
  for (let at = 0; at < shares.length; at += AT_ONCE) {
    await Promise.all(
      shares.slice(at, at + AT_ONCE).map(async ({ userId, events }) => {
        const siroUserId = siroUserIds[userId];
        await takeInEvents(kit, { connection, settings, userId, siroUserId, events });
        const eventIds = events.map(({ eventId }) => `${userId} ${eventId}`);
        kit.siros?.seen.note(connection.name, eventIds);
      }),
    );
  }
}

/** A phone's clock may be ahead: what it will have done tomorrow it did just now. */
function notAhead(event: MobileEvent, nowMs: number): MobileEvent {
  return event.atMs > nowMs ? { ...event, atMs: nowMs } : event;
}

/** One event may be shared out to several reps, or to another one once more is known about them. */
function isFresh({ siros }: WorkerKit, connection: string, { userId, events }: RepEvents): boolean {
  return events.some(
    ({ eventId }) => siros?.seen.isNew(connection, `${userId} ${eventId}`) ?? true,
  );
}

/** The prompt whose own token stands in a link. */
async function promptByLink(
  { redis }: WorkerKit,
  connection: string,
  fullUrl: string,
): Promise<PromptRef | undefined> {
  const token = DONE_TOKEN.exec(fullUrl)?.[1];
  const ref = token === undefined ? undefined : await findPromptByToken(redis, token);
  return ref?.connection === connection ? ref : undefined;
}

async function noteState(
  { redis }: WorkerKit,
  { connection }: SiroGround,
  state: string,
): Promise<void> {
  await saveSiroNote(redis, connection.name, { atMs: Date.now(), state });
}

function restMsAfter(error: BridgeError): number {
  const given = "retryAfterMs" in error ? error.retryAfterMs : undefined;
  const leastMs = error.retry === "never" ? REFUSED_REST_MS : 0;
  return typeof given === "number" ? Math.max(given, leastMs) : leastMs;
}
