import type { Redis } from "ioredis";
import { z } from "zod";
import { keyspace } from "../keyspace.ts";
import { commitIfUnchanged } from "../redis-script.ts";
import { searchAgainCommands } from "./search-book.ts";
import { storedAppointmentSchema } from "./stored-appointment.ts";
import { type TimePlace, walkTimeIndex } from "./time-index.ts";
import type { RecordRef } from "./timeline-book.ts";

/** What a minute's upkeep has time for. */
const MOST_AT_ONCE = 10_000;
/** Another form of the lines gets another number, and everything is written again. */
const FORM = 1;

const progressSchema = z.object({
  form: z.literal(FORM),
  isDone: z.boolean(),
  after: z.object({ atMs: z.number(), member: z.string().optional() }).optional(),
});
type Progress = z.infer<typeof progressSchema>;

/**
 * Makes what an older version stored be found by its words; says how many appointments it wrote.
 *
 * It goes on where the last call stopped, and does nothing once it came to the end. Whatever is stored
 * meanwhile writes its own line, and wins.
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
      entries.map(({ member }) => writeLine(redis, { connection, recordId: member })),
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

async function readProgress(redis: Redis, connection: string): Promise<Progress | undefined> {
  const text = await redis.get(keyspace.searchRebuild(connection));
  return text === null ? undefined : progressSchema.safeParse(JSON.parse(text)).data;
}

async function saveProgress(redis: Redis, connection: string, progress: Progress): Promise<void> {
  await redis.set(keyspace.searchRebuild(connection), JSON.stringify(progress));
}

async function writeLine(redis: Redis, record: RecordRef): Promise<void> {
  const key = keyspace.appointment(record.connection, record.recordId);
  const [doc, sequence] = await redis.hmget(key, "doc", "seq");
  if (doc) {
    const { appointment } = storedAppointmentSchema.parse(JSON.parse(doc));
    const guard = { key, field: "seq", expected: sequence ?? "" };
    // A lost race means that somebody stored it, with its line.
    await commitIfUnchanged(redis, guard, searchAgainCommands(record.connection, appointment));
  }
}
