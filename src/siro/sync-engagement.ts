import { createHash } from "node:crypto";
import { z } from "zod";
import type { SyncNote } from "../books/siro-sync-book.ts";
import type { StoredAppointment } from "../books/stored-appointment.ts";
import type { AskSiro } from "./ask-siro.ts";
import { type Engagement, engagementOf } from "./engagement-of.ts";
import { SiroAnswerError } from "./siro-errors.ts";

const REFUSAL =
  "Not put to Siro: Siro reads this Salesforce org by itself, so the visit would be there twice (siro.syncEngagements)";

const syncedSchema = z.object({ data: z.looseObject({}) });

/** What putting one connection's visits to Siro needs from the world. */
export interface SyncEngagementDeps {
  /** Siro has these visits from the CRM itself. */
  readonly isSyncedByItself: () => Promise<boolean>;
  readonly putEngagement: (engagement: Engagement) => Promise<void>;
  readonly readStored: (recordId: string) => Promise<StoredAppointment | undefined>;
  readonly readNote: (recordId: string) => Promise<SyncNote>;
  readonly saveNote: (recordId: string, note: SyncNote, told: readonly string[]) => Promise<void>;
}

/** What came of one visit. */
export type SyncedEngagement = "synced" | "unchanged" | "refused" | "unknown";

/** A visit that changes while it is put is put once more; it does not change on and on. */
const MOST_ROUNDS = 3;

/**
 * Puts a visit to Siro as it stands now. What Siro has already is not sent again, and a canceled visit only to take
 * it back.
 *
 * Where Siro reads the CRM by itself nothing is sent, and the visit's timeline says so once.
 *
 * @throws {BridgeError} by what Siro answers; see `askSiro`.
 */
export async function syncEngagement(
  deps: SyncEngagementDeps,
  recordId: string,
): Promise<SyncedEngagement> {
  const outcome = await syncOnce(deps, recordId);
  let last = outcome;
  // A newer state may have been put by somebody else meanwhile, and overtaken by this one.
  for (let round = 1; last === "synced" && round < MOST_ROUNDS; round += 1) {
    last = await syncOnce(deps, recordId);
  }
  return outcome;
}

async function syncOnce(deps: SyncEngagementDeps, recordId: string): Promise<SyncedEngagement> {
  const stored = await deps.readStored(recordId);
  if (stored === undefined) {
    return "unknown";
  }
  const note = await deps.readNote(recordId);
  const engagement = engagementOf(stored);
  const digest = digestOf(engagement);
  const isNew = note.digest === undefined;
  if (note.digest === digest || (isNew && engagement.deletedAt !== null)) {
    return "unchanged";
  }
  if (await deps.isSyncedByItself()) {
    await deps.saveNote(recordId, { isRefused: true }, note.isRefused === true ? [] : [REFUSAL]);
    return "refused";
  }
  await deps.putEngagement(engagement);
  const word = engagement.deletedAt === null ? wordOf(isNew) : "Taken back in Siro";
  await deps.saveNote(recordId, { digest }, [`${word} as an engagement`]);
  return "synced";
}

function wordOf(isNew: boolean): string {
  return isNew ? "Put to Siro" : "Changed in Siro";
}

/** A look that changed nothing but its time is no change. */
function digestOf({ remoteUpdatedAt: _, ...engagement }: Engagement): string {
  const { deletedAt, engagementUsers } = engagement;
  const lasting = {
    ...engagement,
    deletedAt: deletedAt !== null,
    engagementUsers: engagementUsers.map((user) => ({
      ...user,
      deletedAt: user.deletedAt !== undefined,
    })),
  };
  return createHash("sha256").update(JSON.stringify(lasting)).digest("base64url");
}

/**
 * Sends one visit to Siro's sync.
 *
 * Unproven: under which of Siro's connections the row comes to lie; an organization's token presumably has one of
 * its own, and links have to name that one.
 *
 * @throws {BridgeError} by what Siro answers; a 200 without the row is a failure, too.
 * @see https://docs.siro.ai/specs/openapi-externalApi.json
 */
export async function putEngagement(
  ask: AskSiro,
  connection: string,
  engagement: Engagement,
): Promise<void> {
  const answer = await ask({
    method: "PUT",
    path: "/integrations/sync/engagements",
    body: engagement,
  });
  if (!syncedSchema.safeParse(answer).success) {
    throw new SiroAnswerError(connection, { detail: "no engagement where one was put" });
  }
}
