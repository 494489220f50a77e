import type { Redis } from "ioredis";
import { readDossier } from "../src/books/appointment-book.ts";
import { readRepState } from "../src/books/rep-book.ts";
import { readMendNote, saveMendNote } from "../src/books/siro-mend-book.ts";
import type { Config } from "../src/config.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { PromptRef } from "../src/domain/prompt.ts";
import { createSiroMendsQueue, SIRO_MENDS_QUEUE } from "../src/queues/siro-mends.ts";
import {
  type LookAfterDeps,
  type LookedAfter,
  lookAfterRecording,
} from "../src/siro/look-after-recording.ts";
import type { Siro } from "../src/siro/open-siro.ts";
import type { WorkerEvents } from "./worker-events.ts";

/** A recording is looked after for days; the visits before it may have begun it. */
const LOOK_BACK_MS = 8 * 86_400_000;

/** What looking after recordings needs from the worker process. */
export interface SiroMendsKit {
  readonly config: Pick<Config, "connections">;
  readonly redis: Redis;
  readonly events: Pick<WorkerEvents, "workerFailed">;
  readonly siros: { readonly clients: ReadonlyMap<string, Siro> };
}

/** The recordings that are looked after in Siro, for every connection that wants it. */
export interface SiroMends {
  /** Hears that something became known about the recording that a prompt began; a failure is told, not thrown. */
  recorded(ref: PromptRef): Promise<void>;
  /** Looks after one recording that waited in the queue. */
  look(ref: PromptRef): Promise<LookedAfter>;
}

/** Opens the queue; connections that want nothing mended add nothing to it. */
export function openSiroMends(kit: SiroMendsKit): SiroMends {
  const { add } = createSiroMendsQueue(kit.redis);
  return {
    recorded: async (ref) => {
      const { siro } = kit.config.connections.get(ref.connection) ?? {};
      if (siro !== undefined && (siro.repair !== "off" || siro.titleRestarts)) {
        await add(ref).catch((error: unknown) => kit.events.workerFailed(SIRO_MENDS_QUEUE, error));
      }
    },
    look: async (ref) => {
      const connection = kit.config.connections.get(ref.connection);
      const siro = kit.siros.clients.get(ref.connection);
      return connection?.siro === undefined || siro === undefined
        ? { kind: "done", note: "off" }
        : lookAfterRecording(
            lookAfterDeps(kit, connection, { siro, settings: connection.siro }),
            ref,
          );
    },
  };
}

function lookAfterDeps(
  { redis }: SiroMendsKit,
  { name, integrationConnectionId }: Connection,
  { siro, settings }: Pick<LookAfterDeps, "siro" | "settings">,
): LookAfterDeps {
  return {
    ...{ settings, integrationConnectionId, siro },
    readDossier: (recordId) => readDossier(redis, { connection: name, recordId }),
    readPrompts: async ({ userId }) => {
      const rep = { connection: name, userId, lookBackMs: LOOK_BACK_MS };
      return (await readRepState(redis, rep)).visits.flatMap(({ prompts }) => prompts);
    },
    readNote: (recordingId) => readMendNote(redis, name, recordingId),
    saveDeed: async ({ promptId, userId, ...ref }, { note, told }) => {
      const entries = told.map((text) => ({
        atMs: Date.now(),
        kind: "siro.mended" as const,
        text,
        promptId,
        userId,
      }));
      await saveMendNote(redis, ref, { note, entries });
    },
    nowMs: Date.now,
  };
}
