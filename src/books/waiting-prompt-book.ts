import type { Redis } from "ioredis";
import { z } from "zod";
import type { Prompt } from "../domain/prompt.ts";
import { keyspace } from "../keyspace.ts";
import { redisScript, runScript } from "../redis-script.ts";
import { readStoreNowMs } from "./store-clock.ts";
import { storedAppointmentSchema } from "./stored-appointment.ts";
import { unpackPrompts } from "./stored-prompts.ts";

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

/**
 * A plain text search first: most visits of a day have nothing that waits. One that waits says no state, or that it
 * waits where an earlier version stored it.
 */
const READ_WAITING = redisScript(`
local found = {}
for at = 2, #ARGV do
  local fields = redis.call('HGETALL', ARGV[1] .. ARGV[at])
  local doc, lists = false, {}
  for i = 1, #fields, 2 do
    local text = fields[i + 1]
    if fields[i] == 'doc' then
      doc = text
    elseif fields[i]:sub(1, 2) == 'p:' then
      local _, all = text:gsub('"promptId":"', '')
      local _, told = text:gsub('"state":"', '')
      if told < all or text:find('"state":"waiting"', 1, true) then
        lists[#lists + 1] = {fields[i]:sub(3), text}
      end
    end
  end
  for _, list in ipairs(lists) do
    found[#found + 1] = {doc, list[1], list[2]}
  end
end
return found
`);

const replySchema = z.array(z.tuple([z.string().nullable(), z.string(), z.string()]));

/** Lists the prompts of a connection that wait for their moment, of visits that begin within a span. */
export async function listWaitingPrompts(
  redis: Redis,
  connection: string,
  { backMs, aheadMs }: WaitingSpan,
): Promise<WaitingPrompts> {
  const index = keyspace.appointmentsByStart(connection);
  const nowMs = await readStoreNowMs(redis);
  const recordIds = await redis.zrangebyscore(index, nowMs - backMs, nowMs + aheadMs);
  const prompts: Prompt[] = [];
  for (let at = 0; at < recordIds.length; at += VISITS_AT_ONCE) {
    const reply = await runScript(redis, READ_WAITING, {
      keys: [index],
      args: [keyspace.appointment(connection, ""), ...recordIds.slice(at, at + VISITS_AT_ONCE)],
    });
    prompts.push(...replySchema.parse(reply).flatMap(promptsOf));
  }
  return { prompts: prompts.filter(({ state }) => state === "waiting"), nowMs };
}

function promptsOf([doc, userId, text]: z.infer<typeof replySchema>[number]): readonly Prompt[] {
  if (doc === null) {
    return [];
  }
  const { recordType, recordId } = storedAppointmentSchema.parse(JSON.parse(doc)).appointment;
  return unpackPrompts(text, { userId, recordType, recordId });
}
