import type { Redis } from "ioredis";
import { readAppointment } from "../src/books/appointment-book.ts";
import { readSyncNote, saveSyncNote } from "../src/books/siro-sync-book.ts";
import type { Config } from "../src/config.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { Prompt } from "../src/domain/prompt.ts";
import type { SyncRef } from "../src/domain/siro-sync.ts";
import { createSiroSyncsQueue, SIRO_SYNCS_QUEUE } from "../src/queues/siro-syncs.ts";
import type { Siro } from "../src/siro/open-siro.ts";
import { isSyncedByItself } from "../src/siro/read-connections.ts";
import {
  type SyncEngagementDeps,
  type SyncedEngagement,
  syncEngagement,
} from "../src/siro/sync-engagement.ts";
import type { WorkerEvents } from "./worker-events.ts";

/** Somebody who switches Siro's own sync on or off does not wait longer than this. */
const CONNECTIONS_COUNT_MS = 10 * 60_000;

/** What putting visits to Siro needs from the worker process. */
export interface SiroSyncsKit {
  readonly config: Pick<Config, "connections">;
  readonly redis: Redis;
  readonly events: Pick<WorkerEvents, "workerFailed">;
  readonly siros: { readonly clients: ReadonlyMap<string, Siro> };
}

/** The visits that are put to Siro, for every connection that wants it. */
export interface SiroSyncs {
  /** Hears of a plan's change; a failure is told and never stands in the way of the plan. */
  announce(
    connection: Connection,
    change: { readonly added: readonly Prompt[]; readonly superseded: readonly Prompt[] },
  ): Promise<void>;
  /** Puts one visit that waited in the queue. */
  sync(ref: SyncRef): Promise<SyncedEngagement | "off">;
}

/** Opens its end of the queue; connections that do not want it add nothing. */
export function openSiroSyncs(
  kit: SiroSyncsKit,
  { add } = createSiroSyncsQueue(kit.redis),
): SiroSyncs {
  const desks = new Map(
    [...kit.siros.clients]
      .filter(([name]) => kit.config.connections.get(name)?.siro?.syncEngagements === true)
      .map(([name, siro]) => [name, deskOf(kit, name, siro)] as const),
  );
  return {
    announce: async ({ name }, { added, superseded }) => {
      if (desks.has(name)) {
        const changed = [...added, ...superseded];
        const because = changed.map(({ promptId }) => promptId)[0] ?? "";
        const recordIds = new Set(changed.map(({ recordId }) => recordId));
        const refs = [...recordIds].map((recordId) => ({ connection: name, recordId }));
        await add(refs, because).catch((error: unknown) =>
          kit.events.workerFailed(SIRO_SYNCS_QUEUE, error),
        );
      }
    },
    sync: async ({ connection, recordId }) => {
      const desk = desks.get(connection);
      return desk === undefined ? "off" : syncEngagement(desk, recordId);
    },
  };
}

function deskOf({ redis }: SiroSyncsKit, connection: string, siro: Siro): SyncEngagementDeps {
  let known: { readonly isSynced: boolean; readonly untilMs: number } | undefined;
  return {
    isSyncedByItself: async () => {
      if (known === undefined || known.untilMs <= Date.now()) {
        const isSynced = isSyncedByItself(await siro.readConnections());
        known = { isSynced, untilMs: Date.now() + CONNECTIONS_COUNT_MS };
      }
      return known.isSynced;
    },
    putEngagement: siro.putEngagement,
    readStored: (recordId) => readAppointment(redis, { connection, recordId }),
    readNote: (recordId) => readSyncNote(redis, { connection, recordId }),
    saveNote: (recordId, note, told) =>
      saveSyncNote(
        redis,
        { connection, recordId },
        { note, entries: told.map((text) => ({ atMs: Date.now(), kind: "siro.synced", text })) },
      ),
  };
}
