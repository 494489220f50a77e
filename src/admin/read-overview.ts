import type { Redis } from "ioredis";
import { countAppointments, readDossiers } from "../books/appointment-book.ts";
import { readLastErrors } from "../books/error-book.ts";
import { type OrgNote, readOrgNote } from "../books/org-note-book.ts";
import { countParked } from "../books/parked-book.ts";
import { walkTimeIndex } from "../books/time-index.ts";
import type { Connection } from "../domain/connection.ts";
import { isoInstant } from "../domain/instant.ts";
import {
  type Prompt,
  type PromptState,
  promptStateAt,
  promptStateSchema,
} from "../domain/prompt.ts";
import { keyspace } from "../keyspace.ts";
import { type AdminQueues, readQueueDepths } from "./admin-queues.ts";
import { earliestKeptMs } from "./list-appointments.ts";

/** A prompt that nobody got this long after its moment is late. */
const LATE_AFTER_MS = 30_000;

/** What an overview needs from the world. */
export interface ReadOverviewDeps {
  readonly redis: Redis;
  readonly queues: AdminQueues;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly nowMs: () => number;
}

/**
 * Reads how the bridge stands: counts per connection, queues, delays, the last error of each kind.
 *
 * `oldestWaitingMs` is over all queues; `lagMs` is how far the prompts are behind their moments.
 */
export async function readOverview({ redis, queues, connections, nowMs }: ReadOverviewDeps) {
  const now = nowMs();
  const [perConnection, depths, lastErrors] = await Promise.all([
    Promise.all([...connections.keys()].map((name) => readConnection(redis, name, now))),
    readQueueDepths(queues, now),
    readLastErrors(redis),
  ]);
  const waits = Object.values(depths).map(({ oldestWaitingMs }) => oldestWaitingMs);
  return {
    connections: perConnection,
    queues: depths,
    oldestWaitingMs: Math.max(0, ...waits),
    lagMs: depths[queues.prompts.queue.name]?.oldestWaitingMs ?? 0,
    lastErrors: lastErrors.map(({ atMs, ...error }) => ({ ...error, at: isoInstant(atMs) })),
  };
}

async function readConnection(redis: Redis, name: string, nowMs: number) {
  const [appointments, parked, org, prompts] = await Promise.all([
    countAppointments(redis, name, earliestKeptMs(nowMs)),
    countParked(redis, name),
    readOrgNote(redis, name),
    countPrompts(redis, name, nowMs),
  ]);
  return {
    name,
    appointments,
    parked,
    ...prompts,
    salesforce: org === undefined ? null : orgOf(org),
  };
}

function orgOf({ atMs, state, apiShare, warnings }: OrgNote) {
  return { state, at: isoInstant(atMs), apiShare: apiShare ?? null, warnings };
}

async function countPrompts(redis: Redis, name: string, nowMs: number) {
  const states: PromptState[] = [];
  let late = 0;
  const walk = walkTimeIndex(redis, {
    key: keyspace.appointmentsByStart(name),
    from: { atMs: earliestKeptMs(nowMs), passed: 0 },
    untilMs: Number.POSITIVE_INFINITY,
    order: "oldest-first",
  });
  for await (const entries of walk) {
    const recordIds = entries.map(({ member }) => member);
    const dossiers = await readDossiers(redis, name, recordIds);
    for (const prompt of dossiers.flatMap((dossier) => dossier?.prompts ?? [])) {
      states.push(promptStateAt(prompt, nowMs));
      late += isLate(prompt, nowMs) ? 1 : 0;
    }
  }
  return { ...countStates(states), late };
}

function countStates(states: readonly PromptState[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>(promptStateSchema.options.map((state) => [state, 0]));
  for (const state of states) {
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

function isLate({ state, dueAtMs, expiresAtMs }: Prompt, nowMs: number): boolean {
  const isOpen = state === "waiting" || state === "due";
  return isOpen && nowMs < expiresAtMs && nowMs - dueAtMs > LATE_AFTER_MS;
}
