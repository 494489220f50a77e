import type { Redis } from "ioredis";
import { type AuditEntry, auditEntrySchema } from "../domain/audit-entry.ts";
import { keyspace } from "../keyspace.ts";

/** About so many lines are kept; the oldest go first. */
const MOST_ENTRIES = 50_000;
/** How many lines are read at a time, and how many at most for one page of a search. */
const CHUNK = 250;
const MOST_READ = 5_000;

/** One line with its place in the trail. */
export interface KeptAuditEntry {
  readonly id: string;
  readonly entry: AuditEntry;
}

/** One page of the trail, the newest line first; it may hold fewer lines than asked for and still have a next one. */
export interface AuditPage {
  readonly items: readonly KeptAuditEntry[];
  readonly nextCursor: string | null;
}

/** Which lines are wanted, and where the page begins. */
export interface AuditCut {
  readonly limit: number;
  /** The `nextCursor` of an earlier page. */
  readonly cursor?: string | undefined;
  readonly isWanted?: (entry: AuditEntry) => boolean;
}

/** Writes one line at the end of the trail. */
export async function addAudit(redis: Redis, entry: AuditEntry): Promise<void> {
  const text = JSON.stringify(entry);
  await redis.xadd(keyspace.audit(), "MAXLEN", "~", MOST_ENTRIES, "*", "entry", text);
}

/** Reads the trail backwards from a cursor. */
export async function readAudit(
  redis: Redis,
  { limit, cursor, isWanted = () => true }: AuditCut,
): Promise<AuditPage> {
  const items: KeptAuditEntry[] = [];
  let last = cursor ?? null;
  let read = 0;
  for await (const { id, entry } of backwards(redis, last)) {
    if (items.length === limit || read === MOST_READ) {
      return { items, nextCursor: last };
    }
    last = id;
    read += 1;
    if (entry !== undefined && isWanted(entry)) {
      items.push({ id, entry });
    }
  }
  return { items, nextCursor: null };
}

/** Every line from a place on, the newest first. */
async function* backwards(redis: Redis, after: string | null) {
  let newest = after === null ? "+" : `(${after}`;
  for (;;) {
    const chunk = await redis.xrevrange(keyspace.audit(), newest, "-", "COUNT", CHUNK);
    for (const [id, [, text]] of chunk) {
      newest = `(${id}`;
      yield { id, entry: readEntry(text) };
    }
    if (chunk.length < CHUNK) {
      return;
    }
  }
}

/** A line of another version that cannot be read is left out. */
function readEntry(text: string | undefined): AuditEntry | undefined {
  try {
    return auditEntrySchema.parse(JSON.parse(text ?? ""));
  } catch {
    return undefined;
  }
}
