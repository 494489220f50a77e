import { status } from "@grpc/grpc-js";
import type { CrmEvent } from "../../domain/crm-event.ts";
import { parseChangePayload } from "./change-payload.ts";
import type { EventSchemas } from "./event-schemas.ts";
import type { Batch, PubSub } from "./open-pubsub.ts";
import { PubSubCallError } from "./pubsub-call-error.ts";
import { type ChangeContext, type ChangeMeaning, recordsOfChange } from "./records-of-change.ts";

/** What taking a batch needs from the world. */
export interface TakeBatchDeps {
  readonly connection: string;
  readonly context: ChangeContext;
  readonly pubsub: PubSub;
  readonly schemas: EventSchemas;
  readonly nowMs: () => number;
  readonly put: (events: readonly CrmEvent[]) => Promise<unknown>;
  readonly askForLook: () => Promise<void>;
  readonly savePosition: (replayId: Uint8Array) => Promise<unknown>;
  readonly tellUnreadable: () => void;
}

type Received = Batch["events"][number];

/** Statuses of a schema that is not given now, but may be at the next connection. */
const SCHEMA_MISSING: readonly number[] = [status.NOT_FOUND, status.INVALID_ARGUMENT];

/**
 * Makes a batch durable, and only then moves the position behind it.
 *
 * An event that cannot be read must not hold up all that come after it: the poll is asked to look instead.
 *
 * @throws {PubSubCallError} when a schema cannot be had now; whatever `put` and the others throw.
 */
export async function takeBatch(deps: TakeBatchDeps, batch: Batch): Promise<void> {
  const events: CrmEvent[] = [];
  let wantsLook = false;
  for (const received of batch.events) {
    const meaning = await meaningOf(deps, received);
    events.push(...crmEventsOf(deps, received, meaning));
    wantsLook ||= meaning?.wantsLook ?? true;
  }
  if (events.length > 0) {
    await deps.put(events);
  }
  if (wantsLook) {
    await deps.askForLook();
  }
  const position = batch.events.at(-1)?.replayId ?? batch.latestReplayId;
  if (position.length > 0) {
    await deps.savePosition(position);
  }
}

/** Undefined when the event is unreadable. */
async function meaningOf(
  { pubsub, schemas, context, tellUnreadable }: TakeBatchDeps,
  { event }: Received,
): Promise<ChangeMeaning | undefined> {
  try {
    const payload = await schemas.decode(pubsub, event.schemaId, event.payload);
    return recordsOfChange(parseChangePayload(payload), context);
  } catch (error) {
    if (error instanceof PubSubCallError && !SCHEMA_MISSING.includes(error.status)) {
      throw error;
    }
    tellUnreadable();
    return undefined;
  }
}

function crmEventsOf(
  { connection, nowMs }: TakeBatchDeps,
  { replayId }: Received,
  meaning: ChangeMeaning | undefined,
): readonly CrmEvent[] {
  if (meaning === undefined) {
    return [];
  }
  const { occurredAtMs, records } = meaning;
  // Replay ids begin anew when an org moves: the moment keeps two events with one id apart.
  const change = `${Buffer.from(replayId).toString("base64url")}.${occurredAtMs}`;
  const receivedAtMs = nowMs();
  return records.map(({ recordType, recordId }) => ({
    kind: "record-changed",
    connection,
    source: "change-event",
    eventId: `${change}.${recordId}`,
    recordType,
    recordId,
    occurredAtMs,
    receivedAtMs,
  }));
}
