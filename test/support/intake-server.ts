import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "@jest/globals";
import { Registry } from "prom-client";
import { type Connection, connectionSchema } from "../../src/domain/connection.ts";
import type { CrmEvent } from "../../src/domain/crm-event.ts";
import type { SiroEvent } from "../../src/domain/siro-event.ts";
import { createEvents } from "../../src/events.ts";
import type { EventInbox } from "../../src/intake/event-inbox.ts";
import type { QuarantineEntry } from "../../src/intake/quarantine.ts";
import { createIntakeListener, type IntakeDeps } from "../../src/intake/routes.ts";
import type { SiroInbox } from "../../src/intake/siro-inbox.ts";
import { aKeptLogger } from "./logs/kept-logs.ts";
import { ORGANIZATION_ID } from "./outbound-message.ts";

/** The secret in the URL of the connection "acme". */
export const SECRET = "0123456789abcdef0123456789abcdef-first";
/** The other one while rotating. */
export const SECOND_SECRET = "0123456789abcdef0123456789abcdef-second";
/** The signing secret of the connection "acme". */
export const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

/** An inbox in memory that can be told to fail. */
interface MemoryInbox extends EventInbox {
  readonly events: CrmEvent[];
  puts: number;
  /** What the next puts do instead of storing. */
  failWith: ((events: readonly CrmEvent[]) => Promise<never>) | null;
}

/** An inbox for Siro's webhooks in memory that can be told to fail. */
interface MemorySiroInbox extends SiroInbox {
  readonly events: SiroEvent[];
  /** What the next puts do instead of storing. */
  failWith: (() => Promise<never>) | null;
}

/** A real HTTP server with the intake on 127.0.0.1, and everything that it told. */
export interface IntakeServer {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  readonly inbox: MemoryInbox;
  readonly siroInbox: MemorySiroInbox;
  readonly quarantined: QuarantineEntry[];
  readonly logLines: string[];
  /** The value of a counter, all labels added up; 0 when it was never raised. */
  count(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  metrics(): Promise<string>;
  close(): Promise<void>;
}

/** Builds a connection through its schema: "acme" with one URL secret and one signing secret. */
export function aConnection(input: Readonly<Record<string, unknown>> = {}): Connection {
  return connectionSchema.parse({
    name: "acme",
    organizationId: ORGANIZATION_ID,
    webhookSecrets: [SECRET],
    signingSecrets: [SIGNING_SECRET],
    ...input,
  });
}

/** Builds an inbox that remembers every event by connection and id. */
function aMemoryInbox(): MemoryInbox {
  const seen = new Map<string, CrmEvent>();
  const inbox: MemoryInbox = {
    events: [],
    puts: 0,
    failWith: null,
    async put(events) {
      inbox.puts += 1;
      if (inbox.failWith !== null) {
        return await inbox.failWith(events);
      }
      return events.map((event) => {
        const key = `${event.connection}/${event.eventId}`;
        if (seen.has(key)) {
          return "duplicate";
        }
        seen.set(key, event);
        inbox.events.push(event);
        return "accepted";
      });
    },
  };
  return inbox;
}

/** Builds an inbox that remembers every message of Siro by connection and id. */
function aMemorySiroInbox(): MemorySiroInbox {
  const inbox: MemorySiroInbox = {
    events: [],
    failWith: null,
    async put(event) {
      if (inbox.failWith !== null) {
        return await inbox.failWith();
      }
      const isKnown = inbox.events.some(
        (one) => one.connection === event.connection && one.messageId === event.messageId,
      );
      if (!isKnown) {
        inbox.events.push(event);
      }
      return isKnown ? "duplicate" : "accepted";
    },
  };
  return inbox;
}

/** Starts a server; whatever is not the intake's is answered 418, as the framework behind it would. */
export async function startIntake(input: Partial<IntakeDeps> = {}): Promise<IntakeServer> {
  const inbox = aMemoryInbox();
  const siroInbox = aMemorySiroInbox();
  const quarantined: QuarantineEntry[] = [];
  const logLines: string[] = [];
  const registry = new Registry();
  const log = aKeptLogger((line) => void logLines.push(line));
  const listener = createIntakeListener({
    connections: new Map([["acme", aConnection()]]),
    inbox,
    siroInbox,
    quarantine: { keep: async (entry) => void quarantined.push(entry) },
    events: createEvents(log, registry),
    bodyLimitBytes: 4 * 1024 * 1024,
    trustedProxies: [],
    nowMs: Date.now,
    ...input,
  });
  const server = createServer((request, response) => {
    if (!listener(request, response)) {
      response.writeHead(418).end("not the intake");
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = addressOf(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    server,
    inbox,
    siroInbox,
    quarantined,
    logLines,
    count: (name, labels = {}) => countOf(registry, name, labels),
    metrics: () => registry.metrics(),
    close: () => closeServer(server),
  };
}

/** Starts servers that end with the test they were started in; call once at the top of a file. */
export function intakeServers() {
  const running: IntakeServer[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.close()));
  });
  const start = async (input: Partial<IntakeDeps> = {}): Promise<IntakeServer> => {
    const server = await startIntake(input);
    running.push(server);
    return server;
  };
  /** With the connection "acme" changed. */
  const startWith = (
    connection: Readonly<Record<string, unknown>>,
    trustedProxies: readonly string[] = [],
  ) => start({ connections: new Map([["acme", aConnection(connection)]]), trustedProxies });
  return { start, startWith };
}

/** A promise and the function that resolves it. */
export function aGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Builds the path of the connection "acme" for outbound messages. */
export function soapPath(secret = SECRET, connection = "acme"): string {
  return `/webhooks/salesforce/${connection}/${secret}`;
}

/** Ends a server with all its connections. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("the server does not listen on a port");
  }
  return address;
}

async function countOf(
  registry: Registry,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<number> {
  const metric = await registry.getSingleMetric(`siro_bridge_intake_${name}_total`)?.get();
  return (metric?.values ?? [])
    .filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
