import type { Redis } from "ioredis";
import { z } from "zod";
import { StateContendedError } from "../errors.ts";
import { keyspace } from "../keyspace.ts";
import { commitIfUnchanged } from "../redis-script.ts";
import { readDossier } from "./appointment-book.ts";
import { promptFactsCommands, visitFactsCommands } from "./facts-book.ts";
import { readRepRevision } from "./rep-book.ts";
import { searchAgainCommands } from "./search-book.ts";
import { type TimePlace, walkTimeIndex } from "./time-index.ts";
import type { RecordRef } from "./timeline-book.ts";

/** What a minute's upkeep has time for. */
const MOST_AT_ONCE = 10_000;
/** Another form of the lines or of the facts gets another number, and everything is written again. */
const FORM = 2;
/** More lost races than this in a row means that something is wrong, not busy. */
const COMMIT_TRIES = 50;

const progressSchema = z.object({
  form: z.literal(FORM),
  isDone: z.boolean(),
  after: z.object({ atMs: z.number(), member: z.string().optional() }).optional(),
});
type Progress = z.infer<typeof progressSchema>;

/**
 * Makes what an older version stored be found by its words and its states; says how many appointments it wrote.
 *
 * It goes on where the last call stopped, and does nothing once it came to the end. Whatever is stored
 * meanwhile writes its own line and facts, and wins. A crash on the way writes some of them once more.
 *
 * @throws {StateContendedError} when other writers were faster again and again.
 */
export async function rebuildSearch(
  redis: Redis,
  connection: string,
  most = MOST_AT_ONCE,
): Promise<number> {
  const last = await readProgress(redis, connection);
  if (last?.isDone === true) {
    return 0;
  }
  const walk = walkTimeIndex(redis, {
    key: keyspace.appointmentsByStart(connection),
    from: last?.after ?? { atMs: Number.NEGATIVE_INFINITY },
    untilMs: Number.POSITIVE_INFINITY,
    order: "oldest-first",
  });
  let written = 0;
  let after: TimePlace | undefined = last?.after;
  for await (const entries of walk) {
    await Promise.all(
      entries.map(({ member }) => writeAgain(redis, { connection, recordId: member })),
    );
    written += entries.length;
    after = entries.at(-1)?.after ?? after;
    if (written >= most) {
      await saveProgress(redis, connection, { form: FORM, isDone: false, after });
      return written;
    }
  }
  await saveProgress(redis, connection, { form: FORM, isDone: true });
  return written;
}

/** Says whether every appointment of a connection can be found by its states. */
export async function isFoundByState(redis: Redis, connection: string): Promise<boolean> {
  return (await readProgress(redis, connection))?.isDone === true;
}

async function readProgress(redis: Redis, connection: string): Promise<Progress | undefined> {
  const text = await redis.get(keyspace.searchRebuild(connection));
  return text === null ? undefined : progressSchema.safeParse(JSON.parse(text)).data;
}

async function saveProgress(redis: Redis, connection: string, progress: Progress): Promise<void> {
  await redis.set(keyspace.searchRebuild(connection), JSON.stringify(progress));
}

async function writeAgain(redis: Redis, record: RecordRef): Promise<void> {
  let userIds: readonly string[] = [];
  await untilCommitted(record, async () => {
    const written = await writeVisit(redis, record);
    userIds = written.userIds;
    return written.isDone;
  });
  for (const userId of userIds) {
    await untilCommitted(record, () => writePrompts(redis, record, userId));
  }
}

/** Writes what the appointment itself says; what its prompts say begins anew behind it. */
async function writeVisit(
  redis: Redis,
  record: RecordRef,
): Promise<{ readonly isDone: boolean; readonly userIds: readonly string[] }> {
  const { connection, recordId } = record;
  const key = keyspace.appointment(connection, recordId);
  const sequence = await redis.hget(key, "seq");
  const dossier = await readDossier(redis, record);
  if (dossier === undefined) {
    return { isDone: true, userIds: [] };
  }
  const { stored, prompts } = dossier;
  const guard = { key, field: "seq", expected: sequence ?? "" };
  const isDone = await commitIfUnchanged(redis, guard, [
    ...searchAgainCommands(connection, stored.appointment),
    ...visitFactsCommands(connection, stored, undefined),
  ]);
  return { isDone, userIds: [...new Set(prompts.map(({ userId }) => userId))] };
}

/** A rep's revision changes with the rep's prompts, and with every appointment that ever named the rep. */
async function writePrompts(redis: Redis, record: RecordRef, userId: string): Promise<boolean> {
  const { connection } = record;
  const expected = await readRepRevision(redis, { connection, userId });
  const dossier = await readDossier(redis, record);
  if (dossier === undefined) {
    return true;
  }
  const prompts = dossier.prompts.filter((one) => one.userId === userId);
  const guard = { key: keyspace.rep(connection, userId), field: "rev", expected };
  const news = { userId, prompts, before: undefined };
  return commitIfUnchanged(redis, guard, promptFactsCommands(connection, dossier.stored, news));
}

async function untilCommitted(record: RecordRef, write: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < COMMIT_TRIES; tries += 1) {
    if (await write()) {
      return;
    }
  }
  throw new StateContendedError(`appointment ${record.recordId} kept changing`);
}
