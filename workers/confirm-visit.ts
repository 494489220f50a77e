import { isConfirmationOld } from "../src/appointments/confirmation.ts";
import { followEvent } from "../src/appointments/follow-event.ts";
import { readAppointment, readDossier } from "../src/books/appointment-book.ts";
import { readOrgNote } from "../src/books/org-note-book.ts";
import type { StoredAppointment } from "../src/books/stored-appointment.ts";
import { POLLED_MARK, readWatermarks } from "../src/books/watermark-book.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { PromptRef } from "../src/domain/prompt.ts";
import { BridgeError } from "../src/errors.ts";
import { followDeps } from "./follow-events.ts";
import type { WorkerKit } from "./kit.ts";
import { noteConnected, noteTrouble } from "./note-org.ts";
import type { OpenedOrg } from "./orgs.ts";

/** A prompt that waits longer than this for its confirmation would come too late. */
const MOST_WAIT_MS = 3_000;
/** So long known trouble keeps prompts from asking: a thousand of them must not wait one after the other. */
const TROUBLE_COUNTS_MS = 5 * 60_000;

type ConfirmKit = Pick<WorkerKit, "config" | "redis" | "planRep" | "crmEvents" | "orgs">;

/**
 * Reads a prompt's visit once more when nobody has looked at it for long, and brings appointment and plan up to date.
 *
 * Whatever the org does, this takes little longer than three seconds and throws nothing: while the org is slow, away
 * or out of calls the prompt goes by what is stored. An answer that comes later is followed all the same.
 */
export async function confirmVisit(kit: ConfirmKit, ref: PromptRef): Promise<void> {
  const opened = kit.orgs.get(ref.connection);
  const stored = opened && (await readAppointment(kit.redis, ref));
  if (opened === undefined || stored === undefined) {
    return;
  }
  if (await isWanted(kit, opened.org.connection, { ref, stored })) {
    await withinMostWait(kit, opened, confirm(kit, opened, { ref, stored }));
  }
}

interface Asked {
  readonly ref: PromptRef;
  readonly stored: StoredAppointment;
}

async function isWanted(
  { redis }: ConfirmKit,
  { name, reconcile }: Connection,
  { ref, stored }: Asked,
): Promise<boolean> {
  const nowMs = Date.now();
  // Most visits were read not long ago; for those nothing more is looked up.
  if (!isConfirmationOld(stored, { ...reconcile, polledAtMs: undefined }, nowMs)) {
    return false;
  }
  const polledAtMs = (await readWatermarks(redis, name))[POLLED_MARK]?.stampMs;
  if (!isConfirmationOld(stored, { ...reconcile, polledAtMs }, nowMs)) {
    return false;
  }
  const note = await readOrgNote(redis, name);
  const isHealthy =
    note === undefined || note.state === "connected" || nowMs - note.atMs > TROUBLE_COUNTS_MS;
  return isHealthy && (await isWaiting(redis, ref));
}

/** A prompt whose place another one took is not worth a call. */
async function isWaiting(redis: WorkerKit["redis"], ref: PromptRef): Promise<boolean> {
  const { prompts = [] } = (await readDossier(redis, ref)) ?? {};
  return prompts.some(({ promptId, state }) => promptId === ref.promptId && state === "waiting");
}

/** The look goes the way of every event, but at once and not through the queue. */
async function confirm(kit: ConfirmKit, opened: OpenedOrg, { ref, stored }: Asked): Promise<void> {
  const { recordType, recordId } = stored.appointment;
  const nowMs = Date.now();
  try {
    const { kind } = await followEvent(followDeps(kit), {
      kind: "record-changed",
      connection: ref.connection,
      source: "reconcile",
      eventId: `confirm-${ref.promptId}`,
      recordType,
      recordId,
      // Of the org's time: an older event would be dropped as stale instead of being looked into.
      occurredAtMs: Math.max(nowMs, stored.version.occurredAtMs),
      receivedAtMs: nowMs,
    });
    if (kind === "followed") {
      await noteConnected(kit, opened);
    }
  } catch (error) {
    if (error instanceof BridgeError && error.code.startsWith("ORG_")) {
      await noteTrouble(kit, opened, error.code);
    }
  }
}

async function withinMostWait(
  kit: ConfirmKit,
  opened: OpenedOrg,
  confirming: Promise<void>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), MOST_WAIT_MS);
  });
  const isLate = (await Promise.race([confirming.catch(() => undefined), late])) === "late";
  clearTimeout(timer);
  if (isLate) {
    await noteTrouble(kit, opened, "ORG_UNAVAILABLE");
  }
}
