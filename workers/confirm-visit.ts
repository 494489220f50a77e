import { isConfirmationOld } from "../src/appointments/confirmation.ts";
import { type FollowEventDeps, followEvent } from "../src/appointments/follow-event.ts";
import { readAppointment } from "../src/books/appointment-book.ts";
import { readOrgNote } from "../src/books/org-note-book.ts";
import { readRepState } from "../src/books/rep-book.ts";
import type { StoredAppointment } from "../src/books/stored-appointment.ts";
import { polledMark, readWatermarks } from "../src/books/watermark-book.ts";
import type { PromptRef } from "../src/domain/prompt.ts";
import { BridgeError } from "../src/errors.ts";
import { isScarce } from "../src/salesforce/call-budget.ts";
import type { Org } from "../src/salesforce/org.ts";
import { followDeps } from "./follow-events.ts";
import type { WorkerKit } from "./kit.ts";
import { noteTrouble } from "./note-org.ts";
import type { OpenedOrg } from "./orgs.ts";

/** A prompt that goes out later than this after its moment, for its confirmation's sake, would come too late. */
const MOST_WAIT_MS = 3_000;
/** So long known trouble keeps prompts from asking: a thousand of them must not wait one after the other. */
const TROUBLE_COUNTS_MS = 5 * 60_000;

type ConfirmKit = Pick<
  WorkerKit,
  "config" | "redis" | "planRep" | "crmEvents" | "orgs" | "startedAtMs"
>;

/**
 * Reads a prompt's visit once more when nobody has looked at it for long, and brings appointment and plan up to date.
 *
 * Whatever the org does, this is over three seconds after the prompt's moment and throws nothing: while the org is
 * slow, away or short of calls the prompt goes by what is stored, and one whose moment is longer ago waits for nobody.
 * Only what an earlier run knew, which may be a restored backup, is asked for however long the moment is ago.
 * Prompts of one moment share their reads. An answer that comes later is followed all the same.
 */
export async function confirmVisit(kit: ConfirmKit, ref: PromptRef): Promise<void> {
  const opened = kit.orgs.get(ref.connection);
  const stored = opened && (await readAppointment(kit.redis, ref));
  if (opened === undefined || stored === undefined) {
    return;
  }
  const waitMs = await waitFor(kit, opened, { ref, stored });
  if (waitMs > 0) {
    const confirming = confirm(kit, opened, { ref, stored });
    const isLate = await isLaterThan(waitMs, confirming);
    // Many prompts at once may take their time; that is not the org's fault.
    if (isLate && opened.reader.isSlow()) {
      await noteTrouble(kit, opened, "ORG_UNAVAILABLE");
    }
  }
}

interface Asked {
  readonly ref: PromptRef;
  readonly stored: StoredAppointment;
}

/** How long the prompt waits for its confirmation at most; 0 when none is wanted. Milliseconds. */
async function waitFor(kit: ConfirmKit, { org }: OpenedOrg, asked: Asked): Promise<number> {
  if (isScarce(org) || !(await isOld(kit, org, asked)) || !(await isHealthy(kit, org))) {
    return 0;
  }
  return waitOf(kit, asked);
}

async function isOld(
  { redis, startedAtMs: countsFromMs }: ConfirmKit,
  { connection: { name, reconcile } }: Org,
  { stored }: Asked,
): Promise<boolean> {
  const nowMs = Date.now();
  const known = { ...reconcile, countsFromMs };
  // Most visits were read not long ago; for those nothing more is looked up.
  if (!isConfirmationOld(stored, { ...known, polledAtMs: undefined }, nowMs)) {
    return false;
  }
  const mark = polledMark(stored.appointment.recordType);
  const polledAtMs = (await readWatermarks(redis, name))[mark]?.stampMs;
  return isConfirmationOld(stored, { ...known, polledAtMs }, nowMs);
}

async function isHealthy({ redis }: ConfirmKit, { connection: { name } }: Org): Promise<boolean> {
  const note = await readOrgNote(redis, name);
  return (
    note === undefined || note.state === "connected" || Date.now() - note.atMs > TROUBLE_COUNTS_MS
  );
}

/** A prompt whose place another one took is not worth a call. */
async function waitOf(
  { redis, startedAtMs = 0 }: ConfirmKit,
  { ref, stored: { version } }: Asked,
): Promise<number> {
  const { visits } = await readRepState(redis, ref);
  const prompt = visits
    .flatMap(({ prompts }) => prompts)
    .find(({ promptId }) => promptId === ref.promptId);
  if (prompt?.state !== "waiting") {
    return 0;
  }
  const isOfEarlierRun = version.readAtMs < startedAtMs;
  return isOfEarlierRun
    ? MOST_WAIT_MS
    : Math.min(MOST_WAIT_MS, prompt.dueAtMs + MOST_WAIT_MS - Date.now());
}

/** The look goes the way of every event, but at once and not through the queue. */
async function confirm(kit: ConfirmKit, opened: OpenedOrg, { ref, stored }: Asked): Promise<void> {
  const { recordType, recordId } = stored.appointment;
  const nowMs = Date.now();
  try {
    await followEvent(confirmDeps(kit), {
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
  } catch (error) {
    if (error instanceof BridgeError && error.code.startsWith("ORG_")) {
      await noteTrouble(kit, opened, error.code);
    }
  }
}

/** As for every event, but a visit that is what it was needs no new plan: a thousand of them have one moment. */
function confirmDeps(kit: ConfirmKit): FollowEventDeps {
  const deps = followDeps(kit);
  return {
    ...deps,
    applyReport: async (...report) => {
      const outcome = await deps.applyReport(...report);
      return outcome.verdict === "newer" ? outcome : { ...outcome, userIds: [] };
    },
  };
}

async function isLaterThan(waitMs: number, confirming: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), waitMs);
  });
  const first = await Promise.race([confirming.catch(() => undefined), late]);
  clearTimeout(timer);
  return first === "late";
}
