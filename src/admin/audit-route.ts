import type { Redis } from "ioredis";
import { z } from "zod";
import { type KeptAuditEntry, readAudit } from "../books/audit-book.ts";
import type { AuditEntry } from "../domain/audit-entry.ts";
import { isoInstant } from "../domain/instant.ts";
import { parseInput } from "../http/parse-input.ts";
import { limitSchema } from "./admin-api.ts";
import type { AdminRoute } from "./admin-route.ts";
import { auditReply } from "./replies/report-replies.ts";

const text = z.string().trim().toLowerCase().max(200).default("");

const querySchema = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,19}-\d{1,19}$/, "must be the nextCursor of an earlier page")
    .optional(),
  limit: limitSchema,
  who: text,
  q: text,
});

/** The route that reads the audit trail: who changed what, and when. */
export function auditRoute({ redis }: { readonly redis: Redis }): AdminRoute {
  return {
    method: "get",
    path: "/audit",
    describes: {
      summary: "Who changed what, the newest first",
      query: querySchema,
      replies: { 200: auditReply },
    },
    role: "admin",
    handle: async ({ query }) => {
      const { who, q, ...cut } = parseInput(querySchema, query);
      const page = await readAudit(redis, {
        ...cut,
        isWanted: (entry) => entry.who.toLowerCase().includes(who) && mentions(entry, q),
      });
      const { items, nextCursor } = page;
      return { status: 200, body: { items: items.map(presentEntry), nextCursor } };
    },
  };
}

function mentions({ atMs: _, ...told }: AuditEntry, words: string): boolean {
  return words === "" || JSON.stringify(Object.values(told)).toLowerCase().includes(words);
}

function presentEntry({ id, entry: { atMs, ...told } }: KeptAuditEntry) {
  return { id, at: isoInstant(atMs), ...told };
}
