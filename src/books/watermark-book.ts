import type { Redis } from "ioredis";
import { z } from "zod";
import type { RecordType } from "../domain/appointment.ts";
import { keyspace } from "../keyspace.ts";
import { runPipeline } from "../redis-script.ts";

const watermarkSchema = z.object({
  stampMs: z.int(),
  afterId: z.string().optional(),
  seen: z.record(z.string(), z.int()).optional(),
});

/** How far the changes of one object of the CRM are known; see the reconcile poll. */
export type Watermark = Readonly<z.infer<typeof watermarkSchema>>;

/** Names the mark of the last poll that covered all records of a type: when it began, by the machine's clock. */
export function polledMark(recordType: RecordType): string {
  return `polled-at-${recordType}`;
}

/** Reads the watermarks of a connection, by object; an object that was never polled has none. */
export async function readWatermarks(
  redis: Redis,
  connection: string,
): Promise<Readonly<Record<string, Watermark>>> {
  const texts = await redis.hgetall(keyspace.watermarks(connection));
  return Object.fromEntries(
    Object.entries(texts).map(([type, text]) => [type, watermarkSchema.parse(JSON.parse(text))]),
  );
}

/** Stores watermarks; those of objects that are not named stay as they are. */
export async function saveWatermarks(
  redis: Redis,
  connection: string,
  watermarks: Readonly<Partial<Record<string, Watermark>>>,
): Promise<void> {
  const words = Object.entries(watermarks).flatMap(([type, mark]) => [type, JSON.stringify(mark)]);
  await runPipeline(
    redis,
    words.length === 0 ? [] : [["HSET", keyspace.watermarks(connection), ...words]],
  );
}
