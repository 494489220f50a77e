import type { IncomingMessage, ServerResponse } from "node:http";
import { canonicalRecordId } from "../../domain/crm-record-id.ts";
import { close, listen, STUB_HOST } from "../stub-server.ts";
import type { ApiUsage } from "./api/api-usage.ts";
import type { OrgWorld, SentNotification } from "./api/org-world.ts";
import { createQueryCursors } from "./api/query-cursors.ts";
import {
  createOutboundSender,
  type OutboundMessage,
  type OutboundNews,
} from "./outbound/outbound-sender.ts";
import { configuredSchema } from "./schema/configured-schema.ts";
import type { OrgSchema } from "./schema/org-schema.ts";
import { createMemoryRecordStore } from "./store/memory-record-store.ts";
import { createRecordIds } from "./store/record-ids.ts";
import { createRecordStamps } from "./store/record-stamps.ts";
import type { RecordStore } from "./store/record-store.ts";
import { DEFAULT_APP, type StubOrgOptions } from "./stub-org-options.ts";
import { createAuthorizationCodes } from "./wire/authorization-codes.ts";
import { type CallLog, createCallLog } from "./wire/call-log.ts";
import { createFaults, type Faults } from "./wire/faults.ts";
import { answerRequest } from "./wire/org-door.ts";
import { createOrgServer } from "./wire/org-server.ts";
import { createSessions, type Sessions } from "./wire/sessions.ts";
import type { ClientApp } from "./wire/token-endpoint.ts";

const ORGANIZATION_ID = "00D5f000004XyZaEAK";
const DAILY_LIMIT = 15_000;
const PAGE_SIZE = 2000;

/** A Salesforce org on this machine. */
export interface StubOrg {
  /** Login URL and instance URL in one, as with My Domain. */
  readonly url: string;
  readonly port: number;
  /** The instance that the fault `other-instance` moves new sessions to. */
  readonly otherUrl: string;
  readonly organizationId: string;
  /** The integration user, who also owns records that name no owner. */
  readonly userId: string;
  readonly app: ClientApp;
  readonly schema: OrgSchema;
  readonly store: RecordStore;
  readonly sessions: Sessions;
  readonly faults: Faults;
  readonly calls: CallLog;
  /** The day's API calls; a test may set both numbers. */
  readonly usage: ApiUsage;
  /** Custom notifications the org accepted, oldest first. */
  readonly notifications: readonly SentNotification[];
  /** Sends outbound messages about records, one for every 100. */
  sendOutboundMessage(endpointUrl: string, news: OutboundNews): Promise<readonly OutboundMessage[]>;
  /** Sends a message again: same Notification Ids, the values of now. */
  resendOutboundMessage(message: OutboundMessage): Promise<OutboundMessage>;
  /** Answers a request that arrived elsewhere, at `publicUrl`. */
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** Cuts every connection and frees the ports. */
  stop(): Promise<void>;
}

/**
 * Starts an org on 127.0.0.1 that speaks Salesforce's REST API.
 *
 * @throws {Error} with code EADDRINUSE when the port is taken.
 */
export async function startStubOrg(options: StubOrgOptions = {}): Promise<StubOrg> {
  const app = { ...DEFAULT_APP, ...options.app };
  const makeId = createRecordIds(options.idsAfter);
  const organizationId = canonicalRecordId(options.organizationId ?? ORGANIZATION_ID);
  const userId = makeId("005");
  const world = createWorld(options, { userId, makeId });
  addOwnRecords(world.store, { organizationId, userId, app });
  const sessions = createSessions();
  const { log, add } = createCallLog();
  const { faults, take } = createFaults();
  const tokenNowMs = options.tokenNowMs ?? Date.now;
  const codes = createAuthorizationCodes();
  const door = {
    ...{ world, app, sessions, codes, organizationId, userId, tokenNowMs },
    takeFault: take,
  };

  const ports = { own: 0, other: 0 };
  const urlOf = (which: "own" | "other") =>
    which === "own" && options.publicUrl !== undefined
      ? options.publicUrl
      : `http://${STUB_HOST}:${ports[which]}`;
  const server = (own: "own" | "other", other: "own" | "other") =>
    createOrgServer({
      answer: (request) => answerRequest(door, request),
      takeFault: take,
      logCall: add,
      urls: () => ({ own: urlOf(own), other: urlOf(other) }),
    });
  const servers = [server("own", "other"), server("other", "own")] as const;
  ports.own = await listen(servers[0], options.port ?? 0);
  ports.other = await listen(servers[1], 0);

  const { schema, store } = world;
  const sender = createOutboundSender({
    schema,
    store,
    organizationId,
    orgUrl: urlOf("own"),
    makeId,
  });
  return {
    url: urlOf("own"),
    port: ports.own,
    otherUrl: urlOf("other"),
    ...{ organizationId, userId, app, schema, store, sessions, faults },
    calls: log,
    usage: world.usage,
    notifications: world.notifications,
    sendOutboundMessage: (endpointUrl, news) => sender.send(endpointUrl, news),
    resendOutboundMessage: (message) => sender.resend(message),
    answer: (request, response) => {
      servers[0].emit("request", request, response);
    },
    stop: async () => {
      await Promise.all(servers.map(close));
    },
  };
}

function createWorld(
  options: StubOrgOptions,
  { userId, makeId }: { readonly userId: string; readonly makeId: (prefix: string) => string },
): OrgWorld {
  const nowMs = options.nowMs ?? Date.now;
  const schema = configuredSchema(options);
  return {
    schema,
    store: createMemoryRecordStore({ schema, stamp: createRecordStamps(nowMs), userId, makeId }),
    usage: { used: 0, limit: options.dailyLimit ?? DAILY_LIMIT },
    cursors: createQueryCursors(),
    nowMs,
    pageSize: options.pageSize ?? PAGE_SIZE,
    canSendNotifications: options.canSendNotifications ?? true,
    notifications: [],
  };
}

interface OwnRecords {
  readonly organizationId: string;
  readonly userId: string;
  readonly app: ClientApp;
}

/** Every org has itself and its integration user as records. */
function addOwnRecords(store: RecordStore, own: OwnRecords): void {
  store.insert("Organization", { Id: own.organizationId, Name: "Acme (stub org)" });
  store.insert("User", {
    Id: own.userId,
    FirstName: "Siro",
    LastName: "Bridge",
    Username: own.app.username,
    Email: own.app.username,
  });
}
