import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { z } from "zod";
import type { Session } from "../sign-in.ts";
import { PubSubCallError } from "./pubsub-call-error.ts";
import { CALL, WIRE } from "./pubsub-interface.ts";

/** A hundred events of a megabyte are not sent in one answer; this is above what is. */
const LARGEST_ANSWER_BYTES = 20 * 1024 * 1024;

const bytesSchema = z.instanceof(Uint8Array);

const batchSchema = z.object({
  events: z
    .array(
      z.object({
        event: z.object({ schemaId: z.string(), payload: bytesSchema }),
        replayId: bytesSchema,
      }),
    )
    .default([]),
  latestReplayId: bytesSchema,
  pendingNumRequested: z.int(),
});

/** What the org sent at once; without events it is a sign of life. */
export type Batch = Readonly<z.infer<typeof batchSchema>>;

const schemaInfoSchema = z.object({ schemaJson: z.string() });

/** Where a subscription begins. */
export type ReplayStart =
  | { readonly replayPreset: "LATEST" | "EARLIEST" }
  | { readonly replayPreset: "CUSTOM"; readonly replayId: Uint8Array };

/** What a subscription hears. */
export interface SubscriptionEars {
  /** The org takes the subscription. */
  readonly onAccepted: () => void;
  readonly onBatch: (batch: Batch) => void;
  /** Nothing comes any more; said once. */
  readonly onEnd: (end: PubSubCallError) => void;
}

/** A subscription under way. */
export interface Subscription {
  /** Lets the org send so many events more. */
  request(count: number): void;
  cancel(): void;
}

/** One connection to the Pub/Sub API, signed in. */
export interface PubSub {
  /** @throws {PubSubCallError} when the schema is not given. */
  schema(schemaId: string): Promise<string>;
  subscribe(topicName: string, start: ReplayStart, ears: SubscriptionEars): Subscription;
  /** Ends the connection itself, too. */
  close(): void;
}

/** Where the API is, and as whom it is called. */
export interface PubSubAccess {
  /** `https`, or `http` for a stub on this machine. */
  readonly endpoint: string;
  readonly session: Session;
  readonly tenantId: string;
  readonly callTimeoutMs: number;
}

/**
 * Opens a connection of its own: one that died without a word is never shared with the next.
 *
 * @see https://developer.salesforce.com/docs/platform/pub-sub-api/guide/supported-auth.html for the headers
 */
export function openPubSub({ endpoint, session, tenantId, callTimeoutMs }: PubSubAccess): PubSub {
  const { host, protocol } = new URL(endpoint);
  const isPlain = protocol === "http:";
  const client = new Client(
    host,
    isPlain ? credentials.createInsecure() : credentials.createSsl(),
    {
      "grpc.use_local_subchannel_pool": 1,
      "grpc.max_receive_message_length": LARGEST_ANSWER_BYTES,
      // The environment's proxy is for the world outside, not for a stub on this machine.
      "grpc.enable_http_proxy": isPlain ? 0 : 1,
    },
  );
  const metadata = new Metadata();
  metadata.set("accesstoken", session.accessToken);
  metadata.set("instanceurl", session.instanceUrl);
  metadata.set("tenantid", tenantId);
  return {
    schema: (schemaId) => fetchSchema({ client, metadata, callTimeoutMs }, schemaId),
    subscribe: (topicName, start, ears) =>
      subscribe({ client, metadata }, { topicName, ...start }, ears),
    close: () => client.close(),
  };
}

interface Caller {
  readonly client: Client;
  readonly metadata: Metadata;
}

function fetchSchema(
  { client, metadata, callTimeoutMs }: Caller & { readonly callTimeoutMs: number },
  schemaId: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { encode } = WIRE.schemaRequest;
    const { decode } = WIRE.schemaInfo;
    const options = { deadline: Date.now() + callTimeoutMs };
    const answer = (error: ServiceError | null, info?: object) => {
      const parsed = schemaInfoSchema.safeParse(info);
      if (error !== null || !parsed.success) {
        reject(
          error === null ? new PubSubCallError({ code: status.INTERNAL }) : callErrorOf(error),
        );
        return;
      }
      resolve(parsed.data.schemaJson);
    };
    client.makeUnaryRequest(
      CALL.getSchema,
      encode,
      decode,
      { schemaId },
      metadata,
      options,
      answer,
    );
  });
}

function subscribe(
  { client, metadata }: Caller,
  first: { readonly topicName: string } & ReplayStart,
  ears: SubscriptionEars,
): Subscription {
  const { encode } = WIRE.fetchRequest;
  const { decode } = WIRE.fetchResponse;
  const call = client.makeBidiStreamRequest<object, object>(
    CALL.subscribe,
    encode,
    decode,
    metadata,
  );
  let opening: object = first;
  call.on("metadata", ears.onAccepted);
  call.on("data", (answer: unknown) => {
    const batch = batchSchema.safeParse(answer);
    if (batch.success) {
      ears.onBatch(batch.data);
    } else {
      call.cancel();
    }
  });
  // Said again, with more, by the status.
  call.on("error", () => undefined);
  call.on("status", (end: Pick<ServiceError, "code" | "details" | "metadata">) => {
    ears.onEnd(callErrorOf(end));
  });
  return {
    request: (numRequested) => {
      call.write({ ...opening, numRequested });
      // The channel and where to begin are said once.
      opening = {};
    },
    cancel: () => call.cancel(),
  };
}

function callErrorOf(end: Pick<ServiceError, "code" | "details" | "metadata">): PubSubCallError {
  const [reason] = end.metadata.get("error-code");
  return new PubSubCallError({ code: end.code, details: end.details, reason: reason?.toString() });
}
