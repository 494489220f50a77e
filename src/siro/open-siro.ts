import { z } from "zod";
import type { Connection } from "../domain/connection.ts";
import { type AskSiro, askSiro, type SiroBudget, type SiroUrgency } from "./ask-siro.ts";
import type { Engagement } from "./engagement-of.ts";
import { type LinkOrder, linkRecording, titleRecording } from "./mend-recording.ts";
import { readConnections, type SiroConnection } from "./read-connections.ts";
import {
  type MobileEventsQuery,
  type MobileEventsReading,
  readMobileEvents,
} from "./read-mobile-events.ts";
import {
  type RecordingsQuery,
  type RecordingsReading,
  readEngagements,
  readRecordings,
  type SiroEngagement,
} from "./read-recordings.ts";
import { readUsers, type SiroUser } from "./read-users.ts";
import { organizationCredentials, type SiroCredentials } from "./siro-credentials.ts";
import { putEngagement } from "./sync-engagement.ts";
import { createUserCredentials } from "./user-credentials.ts";

const TIMEOUT_MS = 15_000;

const identitySchema = z.object({ organizationId: z.string().optional() });
const wrappedIdentitySchema = z.union([
  z.object({ data: identitySchema }).transform(({ data }) => data),
  identitySchema,
]);

/** What the bridge asks Siro for one connection; every call rejects as `askSiro` says. */
export interface Siro {
  /** Whose token it is; undefined where Siro does not say. Serves as a check that the token works. */
  readonly readOrganizationId: () => Promise<string | undefined>;
  readonly readMobileEvents: (query: MobileEventsQuery) => Promise<MobileEventsReading>;
  readonly readUsers: () => Promise<readonly SiroUser[]>;
  readonly readRecordings: (query: RecordingsQuery) => Promise<RecordingsReading>;
  readonly readEngagements: (externalId: string) => Promise<readonly SiroEngagement[]>;
  readonly readConnections: () => Promise<readonly SiroConnection[]>;
  readonly putEngagement: (engagement: Engagement) => Promise<void>;
  /** What needs a token of the recording's owner; undefined without `siro.userApp`. */
  readonly asUser: ((siroUserId: string) => SiroAsUser) | undefined;
}

/** What is done in the name of one user of Siro's. */
export interface SiroAsUser {
  readonly linkRecording: (order: LinkOrder) => Promise<void>;
  readonly titleRecording: (recordingId: string, title: string) => Promise<void>;
}

/** What opening Siro needs from the world. */
export interface OpenSiroDeps {
  readonly budget: SiroBudget;
  readonly nowMs: () => number;
  readonly timeoutMs?: number;
}

/**
 * Opens Siro for a connection; undefined for one without an API token. Nothing is asked yet.
 *
 * What prompts are decided by, events and users, is asked for soon; all else waits for its turn where the budget is short.
 */
export function openSiro(
  { name, siro }: Pick<Connection, "name" | "siro">,
  { budget, nowMs, timeoutMs = TIMEOUT_MS }: OpenSiroDeps,
): Siro | undefined {
  if (siro?.apiToken === undefined) {
    return undefined;
  }
  const { apiToken, apiBaseUrl, userApiBaseUrl, userApp } = siro;
  const askWith =
    (urgency: SiroUrgency, baseUrl: string, credentials: SiroCredentials): AskSiro =>
    (question) =>
      askSiro({ connection: name, baseUrl, credentials, budget, urgency, timeoutMs }, question);
  const organization = organizationCredentials(apiToken);
  const askSoon = askWith("soon", apiBaseUrl, organization);
  const ask = askWith("later", apiBaseUrl, organization);
  return {
    readOrganizationId: () => readOrganizationId(askSoon),
    readMobileEvents: (query) => readMobileEvents(askSoon, name, query),
    readUsers: () => readUsers(askSoon, name),
    readRecordings: (query) => readRecordings(ask, name, query),
    readConnections: () => readConnections(ask, name),
    putEngagement: (engagement) => putEngagement(ask, name, engagement),
    readEngagements: (externalId) => readEngagements(ask, name, externalId),
    asUser:
      userApp === undefined
        ? undefined
        : openUsers(
            name,
            createUserCredentials({ connection: name, userApp, ask, nowMs }),
            (credentials) => askWith("later", userApiBaseUrl, credentials),
          ),
  };
}

function openUsers(
  connection: string,
  credentialsOf: (siroUserId: string) => SiroCredentials,
  askWith: (credentials: SiroCredentials) => AskSiro,
): (siroUserId: string) => SiroAsUser {
  return (siroUserId) => {
    const ask = askWith(credentialsOf(siroUserId));
    return {
      linkRecording: (order) => linkRecording(ask, connection, order),
      titleRecording: (recordingId, title) => titleRecording(ask, recordingId, title),
    };
  };
}

/** @see https://docs.siro.ai/specs/openapi-externalApi.json `caller-identity` */
async function readOrganizationId(ask: AskSiro): Promise<string | undefined> {
  const answer = await ask({ method: "GET", path: "/core/auth/caller-identity" });
  return wrappedIdentitySchema.safeParse(answer).data?.organizationId;
}
