import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { z } from "zod";
import { CALL, WIRE } from "../../src/salesforce/change-events/pubsub-interface.ts";

/** An event as the bus holds it. */
export interface BusEvent {
  readonly replayId: Buffer;
  readonly schemaId: string;
  readonly payload: Buffer;
}

/** One subscription as the stub saw it. */
export interface SeenStream {
  readonly token: string;
  readonly tenant: string;
  readonly topic: string;
  readonly preset: string;
  readonly after: string;
  /** How many events the client asked for, request by request. */
  readonly requests: number[];
  isOver: boolean;
}

/** A status with Salesforce's own code beside it. */
export interface Refusal {
  readonly code: status;
  readonly reason?: string;
}

/** A local Pub/Sub API over real gRPC, with one channel. */
export interface PubSubStub {
  readonly url: string;
  readonly streams: readonly SeenStream[];
  readonly schemaCalls: readonly string[];
  publish(...events: readonly BusEvent[]): void;
  /** Drops what the channel held: earlier replay ids are not known any more. */
  forget(): void;
  addSchema(id: string, schema: object): void;
  /** Sends a sign of life to every open stream. */
  keepAlive(): void;
  /** Ends every open stream so. */
  endStreams(refusal: Refusal): void;
  /** What becomes of a subscription: a refusal, or nothing said at all. */
  judge: (stream: SeenStream) => Refusal | "mute" | undefined;
  judgeSchema: (schemaId: string) => Refusal | undefined;
  stop(): Promise<void>;
}

const firstSchema = z.object({
  topicName: z.string(),
  replayPreset: z.string(),
  replayId: z.instanceof(Uint8Array),
  numRequested: z.int(),
});
const schemaRequestSchema = z.object({ schemaId: z.string() });

type Duplex = ServerDuplexStream<object, object>;
interface Open {
  readonly call: Duplex;
  readonly seen: SeenStream;
  credit: number;
  next: number;
}

const SERVICE: ServiceDefinition = {
  subscribe: {
    path: CALL.subscribe,
    requestStream: true,
    responseStream: true,
    requestSerialize: WIRE.fetchRequest.encode,
    requestDeserialize: WIRE.fetchRequest.decode,
    responseSerialize: WIRE.fetchResponse.encode,
    responseDeserialize: WIRE.fetchResponse.decode,
  },
  getSchema: {
    path: CALL.getSchema,
    requestStream: false,
    responseStream: false,
    requestSerialize: WIRE.schemaRequest.encode,
    requestDeserialize: WIRE.schemaRequest.decode,
    responseSerialize: WIRE.schemaInfo.encode,
    responseDeserialize: WIRE.schemaInfo.decode,
  },
};

/** Starts one on 127.0.0.1, without TLS. */
export async function startPubSubStub(): Promise<PubSubStub> {
  const bus: BusEvent[] = [];
  const schemas = new Map<string, string>();
  const streams: SeenStream[] = [];
  const schemaCalls: string[] = [];
  const open = new Set<Open>();
  const server = new Server();

  function deliver(one: Open): void {
    while (one.credit > 0 && one.next < bus.length) {
      const events = bus.slice(one.next, one.next + Math.min(one.credit, 3));
      one.next += events.length;
      one.credit -= events.length;
      one.call.write({
        events: events.map(({ replayId, ...event }) => ({ event, replayId })),
        latestReplayId: events.at(-1)?.replayId,
        pendingNumRequested: one.credit,
      });
    }
  }
  function begin(call: Duplex, request: object): Open | undefined {
    const first = firstSchema.parse(request);
    const header = (name: string) => String(call.metadata.get(name)[0] ?? "");
    const seen: SeenStream = {
      token: header("accesstoken"),
      tenant: header("tenantid"),
      topic: first.topicName,
      preset: first.replayPreset,
      after: Buffer.from(first.replayId).toString("base64"),
      requests: [],
      isOver: false,
    };
    streams.push(seen);
    const verdict = stub.judge(seen);
    const at = bus.findIndex(({ replayId }) => replayId.equals(first.replayId));
    const isLost = seen.preset === "CUSTOM" && at === -1;
    if (verdict !== undefined && verdict !== "mute") {
      end(call, verdict);
      return undefined;
    }
    if (isLost) {
      end(call, {
        code: status.INVALID_ARGUMENT,
        reason: "sfdc.platform.eventbus.grpc.subscription.fetch.replayid.corrupted",
      });
      return undefined;
    }
    call.sendMetadata(new Metadata());
    const starts = { LATEST: bus.length, EARLIEST: 0, CUSTOM: at + 1 };
    const isMute = verdict === "mute";
    const next = isMute
      ? Number.POSITIVE_INFINITY
      : (Object.entries(starts).find(([preset]) => preset === seen.preset)?.[1] ?? 0);
    const one: Open = { call, seen, credit: 0, next };
    open.add(one);
    return one;
  }
  server.addService(SERVICE, {
    subscribe: (call: Duplex) => {
      let one: Open | undefined;
      let isRefused = false;
      call.on("data", (request: { readonly numRequested: number }) => {
        if (isRefused) {
          return;
        }
        one ??= begin(call, request);
        isRefused = one === undefined;
        if (one !== undefined) {
          one.seen.requests.push(request.numRequested);
          one.credit += request.numRequested;
          deliver(one);
        }
      });
      const over = () => {
        if (one !== undefined) {
          one.seen.isOver = true;
          open.delete(one);
        }
      };
      call.on("cancelled", over);
      call.on("error", over);
      call.on("end", () => call.end());
    },
    getSchema: (call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>) => {
      const { schemaId } = schemaRequestSchema.parse(call.request);
      schemaCalls.push(schemaId);
      const refusal = stub.judgeSchema(schemaId);
      if (refusal === undefined) {
        answer(null, { schemaId, schemaJson: schemas.get(schemaId) });
      } else {
        answer({ code: refusal.code, metadata: trailersOf(refusal) });
      }
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const stub: PubSubStub = {
    url: `http://127.0.0.1:${port}`,
    streams,
    schemaCalls,
    publish: (...events) => {
      bus.push(...events);
      for (const one of open) {
        deliver(one);
      }
    },
    forget: () => bus.splice(0),
    addSchema: (id, schema) => schemas.set(id, JSON.stringify(schema)),
    keepAlive: () => {
      const latestReplayId = bus.at(-1)?.replayId;
      for (const { call, credit } of open) {
        call.write({ events: [], latestReplayId, pendingNumRequested: credit });
      }
    },
    endStreams: (refusal) => {
      for (const one of [...open]) {
        open.delete(one);
        one.seen.isOver = true;
        end(one.call, refusal);
      }
    },
    judge: () => undefined,
    judgeSchema: () => undefined,
    stop: async () => server.forceShutdown(),
  };
  return stub;
}

function end(call: Duplex, refusal: Refusal): void {
  call.emit("error", {
    code: refusal.code,
    details: "as the test wants it",
    metadata: trailersOf(refusal),
  });
}

function trailersOf({ reason }: Refusal): Metadata {
  const trailers = new Metadata();
  if (reason !== undefined) {
    trailers.set("error-code", reason);
  }
  return trailers;
}
