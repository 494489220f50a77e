import type { Redis } from "ioredis";
import { z } from "zod";
import { type Prompt, promptSchema } from "../domain/prompt.ts";
import { keyspace } from "../keyspace.ts";
import { redisScript, runScript } from "../redis-script.ts";

/** Visits that are looked through in one step; Redis does nothing else meanwhile. */
const VISITS_AT_ONCE = 100;

/** Which visits are looked through: those that begin so long before or after now, by the store's own clock. */
export interface WaitingSpan {
  readonly backMs: number;
  readonly aheadMs: number;
}

/** Prompts that wait, and the store's own clock at the look. */
export interface WaitingPrompts {
  readonly prompts: readonly Prompt[];
  readonly nowMs: number;
}

/** A plain text search first: most visits of a day have nothing that waits. */
const READ_WAITING = redisScript(`
local found = {}
for at = 2, #ARGV do
  local fields = redis.call('HGETALL', ARGV[1] .. ARGV[at])
  for i = 1, #fields, 2 do
    if fields[i]:sub(1, 2) == 'p:' and fields[i + 1]:find('"state":"waiting"', 1, true) then
      found[#found + 1] = fields[i + 1]
    end
  end
end
return found
`);

const timeSchema = z.tuple([z.coerce.number(), z.coerce.number()]);
const replySchema = z.array(z.string());
const promptListSchema = z.array(promptSchema);

/** Lists the prompts of a connection that wait for their moment, of visits that begin within a span. */
export async function listWaitingPrompts(
  redis: Redis,
  connection: string,
  { backMs, aheadMs }: WaitingSpan,
): Promise<WaitingPrompts> {
  const index = keyspace.appointmentsByStart(connection);
  const [seconds, micros] = timeSchema.parse(await redis.time());
  const nowMs = seconds * 1000 + Math.floor(micros / 1000);
  const recordIds = await redis.zrangebyscore(index, nowMs - backMs, nowMs + aheadMs);
  const prompts: Prompt[] = [];
  for (let at = 0; at < recordIds.length; at += VISITS_AT_ONCE) {
    const reply = await runScript(redis, READ_WAITING, {
      keys: [index],
      args: [keyspace.appointment(connection, ""), ...recordIds.slice(at, at + VISITS_AT_ONCE)],
    });
    const texts = replySchema.parse(reply);
    prompts.push(...texts.flatMap((text) => promptListSchema.parse(JSON.parse(text))));
  }
  return { prompts: prompts.filter(({ state }) => state === "waiting"), nowMs };
}
