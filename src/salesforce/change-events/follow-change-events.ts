import type { Connection } from "../../domain/connection.ts";
import type { CrmEvent } from "../../domain/crm-event.ts";
import type { SessionSource } from "../org-session.ts";
import type { Session } from "../sign-in.ts";
import { createEventSchemas } from "./event-schemas.ts";
import { judgeEnd, judgeError, type Verdict } from "./judge-end.ts";
import { openPubSub, type PubSub, type ReplayStart } from "./open-pubsub.ts";
import { pause } from "./pause.ts";
import { runSubscription, type SubscriptionEnd } from "./run-subscription.ts";
import { reconnectWaitMs, STREAM_TUNING, type StreamTuning } from "./stream-tuning.ts";
import { takeBatch } from "./take-batch.ts";
import { whileLeased } from "./while-leased.ts";

/** What a stream writes down; its lease lets one process at a time follow a connection. */
export interface StreamBook {
  readPosition(channel: string): Promise<Uint8Array | undefined>;
  savePosition(channel: string, replayId: Uint8Array): Promise<boolean>;
  holdLease(leaseMs: number): Promise<boolean>;
  releaseLease(): Promise<void>;
}

/** What a stream tells of itself; details are codes and names. */
export type StreamNews =
  | { readonly kind: "connected"; readonly from: ReplayStart["replayPreset"] }
  | { readonly kind: "trouble"; readonly code: string; readonly detail: string };

/** What following change events needs from the world. */
export interface FollowChangesDeps {
  readonly sessions: SessionSource;
  readonly book: StreamBook;
  /** Must resolve only once every event is durable. */
  readonly put: (events: readonly CrmEvent[]) => Promise<unknown>;
  /** Lets the reconcile poll look at once. */
  readonly askForLook: () => Promise<void>;
  readonly tell: (news: StreamNews) => void;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly tuning?: Partial<StreamTuning>;
}

/** The change events of one connection. */
export interface ChangeStream {
  /** Begins to follow, and goes on until `stop`, whatever happens to the connection. */
  start(): void;
  /** Resolves when nothing is at work any more and the lease is given back. */
  stop(): Promise<void>;
}

/**
 * Follows the channel of a connection: what changed becomes events, like those from every other door.
 *
 * At least once: the position moves only behind what is durable, and the same change has the same event id.
 */
export function followChangeEvents(deps: FollowChangesDeps, connection: Connection): ChangeStream {
  const { book } = deps;
  const ending = new AbortController();
  const times = { ...STREAM_TUNING, ...deps.tuning };
  const lease = { hold: book.holdLease, release: book.releaseLease };
  let following: Promise<void> | undefined;
  return {
    start: () => {
      const channel = connection.changeEvents?.channel;
      const stream = channel && new Follower({ ...deps, connection, channel, tuning: times });
      following ??= stream
        ? whileLeased({ lease, times }, (signal) => stream.follow(signal), ending.signal)
        : Promise.resolve();
    },
    stop: async () => {
      ending.abort();
      await following;
    },
  };
}

interface FollowerDeps extends FollowChangesDeps {
  readonly connection: Connection;
  readonly channel: string;
  readonly tuning: StreamTuning;
}

/** Connects again and again; remembers what the last connections taught. */
class Follower {
  readonly #deps: FollowerDeps;
  readonly #schemas = createEventSchemas();
  /** Connections in a row that came to nothing. */
  #failures = 0;
  #isPositionLost = false;
  #refusedSession: Session | undefined;

  constructor(deps: FollowerDeps) {
    this.#deps = deps;
  }

  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const verdict = await this.#connect(signal);
      if (verdict !== undefined && !signal.aborted) {
        await pause(this.#waitAfter(verdict), signal);
      }
    }
  }

  async #connect(signal: AbortSignal): Promise<Verdict | undefined> {
    try {
      const session = await this.#session();
      const end = await this.#subscribe(session, signal);
      if (end.kind === "stopped") {
        return undefined;
      }
      const verdict = judgeEnd(end);
      this.#refusedSession = verdict.remedy === "renew-session" ? session : undefined;
      return verdict;
    } catch (error) {
      return judgeError(error);
    }
  }

  #session(): Promise<Session> {
    const { sessions } = this.#deps;
    const refused = this.#refusedSession;
    return refused === undefined ? sessions.current() : sessions.renew(refused);
  }

  async #subscribe(session: Session, signal: AbortSignal): Promise<SubscriptionEnd> {
    const { channel, connection, tuning } = this.#deps;
    const start = await this.#start();
    const pubsub = openPubSub({
      endpoint: tuning.endpoint,
      session,
      tenantId: session.identity?.organizationId ?? connection.organizationId,
      callTimeoutMs: tuning.callTimeoutMs,
    });
    const take = this.#taking(session, pubsub);
    const onAccepted = () => this.#onAccepted(start);
    try {
      const { eventsAtOnce, silenceMs } = tuning;
      const run = { pubsub, channel, start, eventsAtOnce, silenceMs, take, onAccepted };
      return await runSubscription(run, signal);
    } finally {
      pubsub.close();
    }
  }

  #onAccepted({ replayPreset }: ReplayStart): void {
    const { tell, askForLook } = this.#deps;
    tell({ kind: "connected", from: replayPreset });
    if (replayPreset !== "CUSTOM") {
      // What changed before the place where this begins is told by no event that comes.
      void askForLook().catch(() => undefined);
    }
  }

  async #start(): Promise<ReplayStart> {
    if (this.#isPositionLost) {
      return { replayPreset: "EARLIEST" };
    }
    const replayId = await this.#deps.book.readPosition(this.#deps.channel);
    return replayId === undefined
      ? { replayPreset: "LATEST" }
      : { replayPreset: "CUSTOM", replayId };
  }

  #taking(session: Session, pubsub: PubSub) {
    const { connection, channel, book, put, askForLook, nowMs, tell } = this.#deps;
    const deps = {
      connection: connection.name,
      context: { connection, ownUserId: session.identity?.userId },
      pubsub,
      schemas: this.#schemas,
      nowMs,
      put,
      askForLook,
      savePosition: async (replayId: Uint8Array) => {
        await book.savePosition(channel, replayId);
        this.#isPositionLost = false;
      },
      tellUnreadable: () =>
        tell({ kind: "trouble", code: "CHANGE_EVENT_UNREADABLE", detail: channel }),
    };
    return async (batch: Parameters<typeof takeBatch>[1]) => {
      await takeBatch(deps, batch);
      this.#failures = 0;
    };
  }

  /** Sees to the remedy and says how long to wait. */
  #waitAfter({ remedy, pace, code, detail, retryAfterMs = 0 }: Verdict): number {
    const { tuning, tell, random } = this.#deps;
    const isFirst = this.#failures === 0;
    this.#failures += 1;
    tell({ kind: "trouble", code, detail });
    this.#isPositionLost ||= remedy === "from-earliest";
    if (remedy !== "none" && isFirst) {
      return 0;
    }
    return pace === "refused"
      ? Math.max(retryAfterMs, tuning.refusedWaitMs)
      : Math.max(retryAfterMs, reconnectWaitMs(tuning, this.#failures, random()));
  }
}
