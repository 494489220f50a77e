import type { Redis } from "ioredis";
import { readDossier } from "../src/books/appointment-book.ts";
import { readRepState } from "../src/books/rep-book.ts";
import { listDryRuns, readMendNote, saveMendNote } from "../src/books/siro-mend-book.ts";
import type { Config } from "../src/config.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { MendJob } from "../src/domain/siro-mend.ts";
import {
  createSiroMendsQueue,
  SIRO_MENDS_QUEUE,
  type SiroMendsQueue,
} from "../src/queues/siro-mends.ts";
import {
  type LookAfterDeps,
  type LookedAfter,
  lookAfterRecording,
} from "../src/siro/look-after-recording.ts";
import type { Siro } from "../src/siro/open-siro.ts";
import { type FindRecording, shareRecordings } from "../src/siro/share-recordings.ts";
import type { WorkerEvents } from "./worker-events.ts";

/** A recording may be looked after long after its visit; the visits before that may have begun it. */
const LOOK_BACK_MS = 86_400_000;

/** What looking after recordings needs from the worker process. */
export interface SiroMendsKit {
  readonly config: Pick<Config, "connections">;
  readonly redis: Redis;
  readonly events: Pick<WorkerEvents, "workerFailed">;
  readonly siros: { readonly clients: ReadonlyMap<string, Siro> };
}

/** The recordings that are looked after in Siro, for every connection that wants it. */
export interface SiroMends {
  /** Hears that something became known about a recording that a prompt began; a failure is told, not thrown. */
  recorded(job: MendJob): Promise<void>;
  /** Looks after one recording that waited in the queue. */
  look(job: MendJob): Promise<LookedAfter>;
  /** Has done what a dry run only spoke of, wherever repair is on now; a failure is told, not thrown. */
  takeUpDryRuns(): Promise<void>;
}

/** Opens its end of the queue; connections that want nothing mended add nothing to it. */
export function openSiroMends(
  kit: SiroMendsKit,
  { add }: Pick<SiroMendsQueue, "add"> = createSiroMendsQueue(kit.redis),
): SiroMends {
  const tell = (error: unknown) => kit.events.workerFailed(SIRO_MENDS_QUEUE, error);
  const desks = new Map(
    [...kit.siros.clients].map(([name, siro]) => [name, deskOf(kit, name, siro)] as const),
  );
  return {
    recorded: async (job) => {
      const { siro } = kit.config.connections.get(job.connection) ?? {};
      if (siro !== undefined && (siro.repair !== "off" || siro.titleRestarts)) {
        await add(job).catch(tell);
      }
    },
    look: async (job) => (await desks.get(job.connection)?.(job)) ?? { kind: "done", note: "off" },
    takeUpDryRuns: async () => {
      for (const { name, siro } of kit.config.connections.values()) {
        if (siro?.repair === "on") {
          await takeUp(kit.redis, name, add).catch(tell);
        }
      }
    },
  };
}

async function takeUp(
  redis: Redis,
  connection: string,
  add: (job: MendJob) => Promise<void>,
): Promise<void> {
  for (const job of await listDryRuns(redis, connection)) {
    await add(job);
  }
}

/** Looks after the recordings of one connection, which share what is read of Siro's list. */
function deskOf(
  kit: SiroMendsKit,
  name: string,
  siro: Siro,
): (job: MendJob) => Promise<LookedAfter | undefined> {
  const find = shareRecordings({ readRecordings: siro.readRecordings, nowMs: Date.now });
  return async (job) => {
    const connection = kit.config.connections.get(name);
    const settings = connection?.siro;
    return connection === undefined || settings === undefined
      ? undefined
      : lookAfterRecording(lookAfterDeps(kit, connection, { siro, settings, find }), job);
  };
}

function lookAfterDeps(
  { redis }: SiroMendsKit,
  { name, integrationConnectionId }: Connection,
  {
    siro,
    settings,
    find,
  }: Pick<LookAfterDeps, "siro" | "settings"> & { readonly find: FindRecording },
): LookAfterDeps {
  return {
    ...{ settings, integrationConnectionId, siro, findRecording: find },
    readDossier: (recordId) => readDossier(redis, { connection: name, recordId }),
    readPrompts: async ({ userId }, { seenAtMs }) => {
      const lookBackMs = Date.now() - seenAtMs + LOOK_BACK_MS;
      const rep = { connection: name, userId, lookBackMs };
      return (await readRepState(redis, rep)).visits.flatMap(({ prompts }) => prompts);
    },
    readNote: (recordingId) => readMendNote(redis, name, recordingId),
    saveDeed: async (ref, { note, told }) => {
      const { promptId, userId } = ref;
      const by = { kind: "siro.mended", promptId, userId } as const;
      const entries = told.map((text) => ({ ...by, atMs: Date.now(), text }));
      await saveMendNote(redis, ref, { note, entries });
    },
    nowMs: Date.now,
  };
}
