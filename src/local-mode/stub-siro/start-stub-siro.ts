import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { close, listen, STUB_HOST } from "../stub-server.ts";
import type { Oddities } from "./api/api-call.ts";
import { crmOf, processRecording } from "./api/recording-calls.ts";
import { createPhone, type Phone } from "./phone.ts";
import {
  addUser,
  confirmable,
  createSiroWorld,
  type SiroWorld,
  type StubRecording,
  type StubUser,
} from "./siro-world.ts";
import { SvixSender } from "./svix-sender.ts";
import { SiroFaults } from "./wire/siro-faults.ts";
import {
  createSiroServer,
  ORGANIZATION_PREFIX,
  type SiroCallLog,
  USER_PREFIX,
} from "./wire/siro-server.ts";
import { SiroTokens, type StubUserApp } from "./wire/siro-tokens.ts";

/** How a Siro differs from the usual one. */
export interface StubSiroOptions {
  /** 0, the default, takes a free port; always on 127.0.0.1. */
  readonly port?: number;
  /** Where callers reach it, when that is not the own port; see `answer`. */
  readonly publicUrl?: string;
  readonly apiToken?: string;
  readonly userApp?: StubUserApp;
  readonly organizationId?: string;
  /** The host of the links that open the app. */
  readonly linkHost?: string;
  readonly requestsPerMinute?: number;
  readonly nowMs?: () => number;
  /** What a phone does with a redirect; by default it goes nowhere. */
  readonly openUrl?: (url: string) => Promise<void>;
}

/** A user of Siro's and the phone in their pocket. */
export interface StubRep extends StubUser {
  readonly phone: Phone;
}

/** A Siro on this machine: the app on every phone, the API, the webhooks. */
export interface StubSiro {
  readonly url: string;
  /** The `siro` part of a connection's settings, but for the webhook secret. */
  readonly settings: {
    readonly apiToken: string;
    readonly apiBaseUrl: string;
    readonly userApp: StubUserApp;
    readonly userApiBaseUrl: string;
  };
  readonly world: SiroWorld;
  readonly oddities: Oddities;
  readonly faults: SiroFaults;
  readonly tokens: SiroTokens;
  readonly webhooks: SvixSender;
  /** Every request since the start, oldest first. */
  readonly calls: readonly SiroCallLog[];
  addRep(own?: Partial<StubUser>): StubRep;
  /** Ends the processing of a recording and sends the webhooks that follow. */
  process(recordingId: string): Promise<StubRecording>;
  /** Answers a request that arrived elsewhere, at `publicUrl`; its URL begins behind that. */
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** Cuts every connection and frees the port. */
  stop(): Promise<void>;
}

/**
 * Starts a Siro on 127.0.0.1.
 *
 * It follows the published descriptions, and where these are silent says so beside the code; it is no proof of
 * what the real one does.
 *
 * @throws {Error} with code EADDRINUSE when the port is taken.
 */
export async function startStubSiro(options: StubSiroOptions = {}): Promise<StubSiro> {
  const nowMs = options.nowMs ?? Date.now;
  const world = createSiroWorld(options.organizationId ?? "siro-organization-1", nowMs);
  const apiToken = options.apiToken ?? `stub-${aSecret()}`;
  const userApp = options.userApp ?? { clientId: "stub-app", clientSecret: aSecret() };
  const requestsPerMinute = options.requestsPerMinute ?? 1000;
  const tokens = new SiroTokens({ world, apiToken, userApp, requestsPerMinute });
  const oddities = { nestedRows: false, nullRecordingIds: false, repeatedRows: false };
  const faults = new SiroFaults();
  const webhooks = new SvixSender(nowMs);
  const calls: SiroCallLog[] = [];
  const server = createSiroServer({ world, oddities, tokens, faults, calls });
  const port = await listen(server, options.port ?? 0);
  const url = options.publicUrl ?? `http://${STUB_HOST}:${port}`;
  const phoneSettings = {
    world,
    linkHost: options.linkHost ?? "app.siro.ai",
    openUrl: options.openUrl ?? (async () => undefined),
  };
  return {
    url,
    settings: {
      apiToken,
      apiBaseUrl: url + ORGANIZATION_PREFIX,
      userApp,
      userApiBaseUrl: url + USER_PREFIX,
    },
    ...{ world, oddities, faults, tokens, webhooks, calls },
    addRep: (own) => {
      const user = addUser(world, own);
      return { ...user, phone: createPhone({ ...phoneSettings, userId: user.id }) };
    },
    process: (recordingId) => finish(world, webhooks, recordingId),
    answer: (request, response) => {
      server.emit("request", request, response);
    },
    stop: () => close(server),
  };
}

function aSecret(): string {
  return randomBytes(18).toString("base64url");
}

/** Both webhooks carry both flags; which comes first is nowhere written. */
async function finish(
  world: SiroWorld,
  webhooks: SvixSender,
  recordingId: string,
): Promise<StubRecording> {
  const recording = processRecording(world, recordingId, (wanted) => confirmable(world, wanted));
  const { linked } = recording;
  const told = {
    recordingId,
    recordingProcessed: true,
    recordingLinked: linked !== null,
    siroUserId: recording.userId,
    ...(linked === null ? {} : { crm: crmOf(linked) }),
  };
  await webhooks.send({ eventType: "integrations.recordingProcessed", ...told });
  if (linked !== null) {
    await webhooks.send({ eventType: "integrations.recordingLinked", ...told });
  }
  return recording;
}
