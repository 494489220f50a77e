import type { Redis } from "ioredis";
import { readDossier } from "../src/books/appointment-book.ts";
import { readOrgNote } from "../src/books/org-note-book.ts";
import { rememberPromptToken } from "../src/books/prompt-token-book.ts";
import { readWrittenFields, saveWrittenFields } from "../src/books/written-fields-book.ts";
import type { Config } from "../src/config.ts";
import { createWriteBacksQueue, WRITE_BACKS_QUEUE } from "../src/queues/write-backs.ts";
import { flushDelayMs } from "../src/salesforce/coalesce-reads.ts";
import { announcePlan } from "../src/write-back/announce-plan.ts";
import { announceRecording } from "../src/write-back/announce-recording.ts";
import { announceSent } from "../src/write-back/announce-sent.ts";
import { openWriteBackDesk, type WriteBackDesk } from "../src/write-back/write-back-desk.ts";
import type { WriteBacks } from "./kit.ts";
import { noteConnected, noteTrouble } from "./note-org.ts";
import type { OpenedOrg, Orgs } from "./orgs.ts";
import type { WorkerEvents } from "./worker-events.ts";

/** What writing back needs from the worker process. */
export interface WriteBacksKit {
  readonly config: Pick<Config, "connections" | "publicUrl">;
  readonly redis: Redis;
  readonly orgs: Orgs;
  readonly events: Pick<WorkerEvents, "workerFailed">;
}

/** Opens its end of the queue and a desk per connection; nothing is called before the first write. */
export function openWriteBacks(
  kit: WriteBacksKit,
  { add } = createWriteBacksQueue(kit.redis),
): WriteBacks {
  const desks = new Map(
    [...kit.orgs].map(([name, opened]) => [name, deskOf(kit, opened)] as const),
  );
  return {
    announce: async (connection, change) => {
      try {
        await add(desks.has(connection.name) ? announcePlan(connection, change) : []);
      } catch (error) {
        kit.events.workerFailed(WRITE_BACKS_QUEUE, error);
      }
    },
    sent: async (ref) => {
      const connection = kit.config.connections.get(ref.connection);
      await add(connection === undefined ? [] : announceSent(connection, ref));
    },
    recorded: async (ref, by) => {
      const connection = kit.config.connections.get(ref.connection);
      await add(connection === undefined ? [] : announceRecording(connection, ref, by));
    },
    write: async (ref, looks) =>
      (await desks.get(ref.connection)?.write(ref, looks)) ?? { kind: "done", note: "off" },
  };
}

function deskOf({ redis, config }: WriteBacksKit, opened: OpenedOrg): WriteBackDesk {
  const { org } = opened;
  const { connection } = org;
  const recordOf = (recordId: string) => ({ connection: connection.name, recordId });
  return openWriteBackDesk({
    connection,
    publicUrl: config.publicUrl,
    readDossier: (recordId) => readDossier(redis, recordOf(recordId)),
    readWritten: (recordId, fields) => readWrittenFields(redis, recordOf(recordId), fields),
    saveWritten: (recordId, written) => saveWrittenFields(redis, recordOf(recordId), written),
    rememberToken: (prompt) =>
      rememberPromptToken(redis, prompt, { ...prompt, connection: connection.name }),
    update: (records) => org.update(records),
    waitMs: () =>
      flushDelayMs(org.usage()?.share ?? 0, connection.salesforce?.slowDownAtApiShare ?? 1),
    usedShare: () => org.usage()?.share ?? 0,
    warn: (text) => warn(redis, opened, text),
    nowMs: Date.now,
  });
}

/** Puts a warning on the org's note; whether the org answers is not for the write-back to say. */
async function warn(redis: Redis, opened: OpenedOrg, text: string): Promise<void> {
  const { org } = opened;
  org.shape.warn(text);
  const state = (await readOrgNote(redis, org.connection.name))?.state ?? "connected";
  await (state === "connected"
    ? noteConnected({ redis }, opened)
    : noteTrouble({ redis }, opened, state));
}
