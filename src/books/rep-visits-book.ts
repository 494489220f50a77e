import type { Redis } from "ioredis";
import { z } from "zod";
import type { Appointment } from "../domain/appointment.ts";
import { keyspace } from "../keyspace.ts";
import { runPipeline } from "../redis-script.ts";
import { readStoredOf } from "./heard-book.ts";

/** One rep, and the span of time in which their visits end. */
export interface RepSpan {
  readonly userId: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Reads the visits of many reps at once, those that were taken from them included; each record is read once. */
export async function readVisitsOfReps(
  redis: Redis,
  connection: string,
  spans: readonly RepSpan[],
): Promise<ReadonlyMap<string, readonly Appointment[]>> {
  const replies = await runPipeline(
    redis,
    spans.map(({ userId, fromMs, untilMs }) => [
      "ZRANGEBYSCORE",
      keyspace.repAppointments(connection, userId),
      fromMs,
      untilMs,
    ]),
  );
  const idsOfReps = z.array(z.array(z.string())).parse(replies);
  const stored = await readStoredOf(redis, connection, [...new Set(idsOfReps.flat())]);
  const byId = new Map(stored.map(({ appointment }) => [appointment.recordId, appointment]));
  return new Map(
    spans.map(({ userId }, at) => [
      userId,
      (idsOfReps[at] ?? []).flatMap((recordId) => byId.get(recordId) ?? []),
    ]),
  );
}
