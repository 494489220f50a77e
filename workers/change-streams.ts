import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { openChangeStreamBook, saveStreamTrouble } from "../src/books/change-stream-book.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { ReconcileQueue } from "../src/queues/reconcile.ts";
import type {
  ChangeStream,
  StreamNews,
} from "../src/salesforce/change-events/follow-change-events.ts";
import type { StreamTuning } from "../src/salesforce/change-events/stream-tuning.ts";
import type { WorkerKit } from "./kit.ts";
import { noteConnected, noteTrouble } from "./note-org.ts";
import type { OpenedOrg } from "./orgs.ts";

/** What the change streams of a worker need. */
export interface ChangeStreamsKit extends Pick<WorkerKit, "redis" | "crmEvents" | "orgs"> {
  readonly reconcile: Pick<ReconcileQueue, "lookSoon">;
  readonly log: Pick<Logger, "info" | "warn">;
  readonly tuning?: Partial<StreamTuning>;
}

/** The change streams of this process. */
export interface ChangeStreams {
  /** Stops them; after `timeoutMs` what is still in hand is left to another run. */
  stop(timeoutMs: number): Promise<void>;
}

/** Starts to follow the change events of every connection that asks for them. */
export async function startChangeStreams(kit: ChangeStreamsKit): Promise<ChangeStreams> {
  const opened = [...kit.orgs.values()].filter(
    ({ org }) => org.connection.changeEvents !== undefined,
  );
  const streams = opened.length === 0 ? [] : await followAll(kit, opened);
  for (const stream of streams) {
    stream.start();
  }
  return {
    stop: async (timeoutMs) => {
      const deadline = new Promise<void>((resolve) => {
        setTimeout(resolve, timeoutMs).unref();
      });
      await Promise.race([Promise.all(streams.map((stream) => stream.stop())), deadline]);
    },
  };
}

async function followAll(
  kit: ChangeStreamsKit,
  opened: readonly OpenedOrg[],
): Promise<readonly ChangeStream[]> {
  // Loaded only where it is used: the gRPC library takes longer to load than the rest of the worker.
  const { followChangeEvents } = await import(
    "../src/salesforce/change-events/follow-change-events.ts"
  );
  const owner = randomUUID();
  return opened.map((one) => {
    const { connection, sessions } = one.org;
    const { name } = connection;
    return followChangeEvents(
      {
        sessions,
        book: openChangeStreamBook(kit.redis, { connection: name, owner }),
        put: kit.crmEvents.put,
        askForLook: () => kit.reconcile.lookSoon(name),
        tell: (news) => tell(kit, one, news),
        nowMs: Date.now,
        random: Math.random,
        ...(kit.tuning === undefined ? {} : { tuning: kit.tuning }),
      },
      connection,
    );
  });
}

function tell(kit: ChangeStreamsKit, opened: OpenedOrg, news: StreamNews): void {
  const { connection } = opened.org;
  if (news.kind === "connected") {
    kit.log.info({ event: "changes.connected", ...placeOf(connection), from: news.from });
  } else {
    const { code, detail } = news;
    kit.log.warn({ event: "changes.trouble", ...placeOf(connection), code, detail });
  }
  // A note that cannot be written is no reason to stop following.
  void note(kit, opened, news).catch(() => undefined);
}

async function note(
  kit: Pick<ChangeStreamsKit, "redis">,
  opened: OpenedOrg,
  news: StreamNews,
): Promise<void> {
  const code = news.kind === "trouble" ? news.code : undefined;
  await saveStreamTrouble(kit.redis, opened.org.connection.name, code);
  await (code === undefined ? noteConnected(kit, opened) : noteTrouble(kit, opened, code));
}

function placeOf({ name, changeEvents }: Connection) {
  return { connection: name, channel: changeEvents?.channel };
}
