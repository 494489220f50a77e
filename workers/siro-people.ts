import { listUserIds, readRep } from "../src/books/rep-book.ts";
import { readSiroPeople, type SiroPeople, saveSiroPeople } from "../src/books/siro-people-book.ts";
import { BridgeError } from "../src/errors.ts";
import { matchReps } from "../src/siro/match-reps.ts";
import type { Siro } from "../src/siro/open-siro.ts";
import type { WorkerKit } from "./kit.ts";

/** People come and go by the day. */
const FRESH_MS = 15 * 60_000;
/** Somebody whose prompts are outstanding may be added to Siro just now; for a rep who is new it is asked at once. */
const MISSED_FRESH_MS = 2 * 60_000;

/** Who is to be known, and how to ask. */
export interface PeopleQuestion {
  readonly connection: string;
  readonly siro: Pick<Siro, "readUsers">;
  /** The reps whose prompts are outstanding. */
  readonly wanted: readonly string[];
}

/** Which reps are which users; `trouble` says why that is older than it should be. */
export interface KnownPeople {
  readonly siroUserIds: SiroPeople["siroUserIds"];
  readonly trouble?: BridgeError;
}

/** Says which reps are which users of Siro's; Siro is asked again when that is old, and not waited for. */
export async function knownPeople(
  { redis }: WorkerKit,
  { connection, siro, wanted }: PeopleQuestion,
): Promise<KnownPeople> {
  const known = await readSiroPeople(redis, connection);
  const siroUserIds = known?.siroUserIds ?? {};
  if (known !== undefined && Date.now() - known.readAtMs < freshForMs(known, wanted)) {
    return { siroUserIds };
  }
  try {
    const users = await siro.readUsers();
    const userIds = [...new Set([...(await listUserIds(redis, connection)), ...wanted])];
    const reps = await Promise.all(userIds.map((userId) => readRep(redis, { connection, userId })));
    const matched = matchReps(
      users,
      reps.filter((rep) => rep !== undefined),
    );
    const unmatched = userIds.filter((userId) => matched[userId] === undefined);
    const read = { readAtMs: Date.now(), siroUserIds: matched, unmatched };
    await saveSiroPeople(redis, connection, read);
    return { siroUserIds: matched };
  } catch (error) {
    if (!(error instanceof BridgeError)) {
      throw error;
    }
    return { siroUserIds, trouble: error };
  }
}

function freshForMs({ siroUserIds, unmatched }: SiroPeople, wanted: readonly string[]): number {
  const missed = wanted.filter((userId) => siroUserIds[userId] === undefined);
  const hasNewcomer = missed.some((userId) => !unmatched.includes(userId));
  if (hasNewcomer) {
    return 0;
  }
  return missed.length > 0 ? MISSED_FRESH_MS : FRESH_MS;
}
