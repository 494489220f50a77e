import { z } from "zod";

/** A moment: ISO-8601 in UTC. */
export const moment = z.iso.datetime();

/** One page of a list; a page may be empty and still have a next one. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** A whole list. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item) });
}

/** Siro's pair of type and id. */
export const crmObject = z.object({ objectType: z.string(), objectId: z.string() });

/** A rep as an appointment names them. */
export const namedRep = z.object({
  userId: z.string(),
  email: z.string().optional(),
  name: z.string().optional(),
  timeZone: z.string().optional(),
  team: z.string().optional(),
});
