import { setTimeout as sleep } from "node:timers/promises";
import type { OrgSchema } from "../schema/org-schema.ts";
import type { RecordStore } from "../store/record-store.ts";
import { deliverMessage, type OutboundAttempt } from "./deliver-message.ts";
import { outboundEnvelope } from "./envelope.ts";

const MAX_NOTIFICATIONS = 100;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** What an outbound message is sure to be able to carry on any object. */
const USUAL_FIELDS = ["CreatedDate", "Id", "LastModifiedDate", "SystemModstamp"];

/** What happened to which records. */
export interface OutboundNews {
  readonly objectType: string;
  readonly recordIds: readonly string[];
  /** The fields of the definition; Id and the stamps unless said otherwise. */
  readonly fields?: readonly string[];
  /** Tries again until a message is acknowledged, as Salesforce does for a day; otherwise there is one try. */
  readonly retryUntilAcked?: {
    readonly maxAttempts: number;
    /** The wait before the second try; it doubles from try to try. */
    readonly firstDelayMs?: number;
  };
}

/** One message: up to 100 notifications, acknowledged as a whole. */
export interface OutboundMessage {
  readonly endpointUrl: string;
  readonly news: OutboundNews;
  /** In the order of the records; the same whenever the message is sent again. */
  readonly notificationIds: readonly string[];
  readonly attempts: readonly OutboundAttempt[];
  readonly isAcked: boolean;
}

/** Sends outbound messages. */
export interface OutboundSender {
  /** Sends one message for every 100 records, one after the other. */
  send(endpointUrl: string, news: OutboundNews): Promise<readonly OutboundMessage[]>;
  /** Sends a message once more: same Notification Ids, the records as they are now. */
  resend(message: OutboundMessage): Promise<OutboundMessage>;
}

/** What a sender needs. */
export interface OutboundSenderDeps {
  readonly schema: OrgSchema;
  readonly store: RecordStore;
  readonly organizationId: string;
  readonly orgUrl: string;
  readonly makeId: (keyPrefix: string) => string;
}

/** Makes a sender; every object type has its own message definition. */
export function createOutboundSender(deps: OutboundSenderDeps): OutboundSender {
  const { makeId } = deps;
  const actionIds = new Map<string, string>();

  function actionIdOf(objectType: string): string {
    const actionId = actionIds.get(objectType) ?? makeId("04k");
    actionIds.set(objectType, actionId);
    return actionId;
  }

  async function attempt(message: OutboundMessage): Promise<OutboundMessage> {
    const { endpointUrl, news, notificationIds } = message;
    const envelope = outboundEnvelope(deps.schema, {
      ...deps,
      objectType: news.objectType,
      actionId: actionIdOf(news.objectType),
      fields: news.fields ?? USUAL_FIELDS,
      notifications: notificationIds.map((id, at) => {
        const record = deps.store.get(news.recordIds[at] ?? null);
        return { id, record: record?.["IsDeleted"] === true ? undefined : record };
      }),
    });
    const attempts = [...message.attempts, await deliverMessage(endpointUrl, envelope)];
    return { ...message, attempts, isAcked: attempts.at(-1)?.isAcked ?? false };
  }

  async function attemptUntilAcked(message: OutboundMessage): Promise<OutboundMessage> {
    const { maxAttempts, firstDelayMs = FIRST_RETRY_MS } = message.news.retryUntilAcked ?? {
      maxAttempts: 1,
    };
    let tried = await attempt(message);
    for (let tries = 1; !tried.isAcked && tries < maxAttempts; tries += 1) {
      const delayMs = Math.min(firstDelayMs * 2 ** (tries - 1), LONGEST_RETRY_MS);
      await sleep(delayMs, undefined, { ref: false });
      tried = await attempt(tried);
    }
    return tried;
  }

  return {
    send: async (endpointUrl, news) => {
      const sent: OutboundMessage[] = [];
      for (let from = 0; from < news.recordIds.length; from += MAX_NOTIFICATIONS) {
        const recordIds = news.recordIds.slice(from, from + MAX_NOTIFICATIONS);
        sent.push(
          await attemptUntilAcked({
            endpointUrl,
            news: { ...news, recordIds },
            notificationIds: recordIds.map(() => makeId("04l")),
            attempts: [],
            isAcked: false,
          }),
        );
      }
      return sent;
    },
    resend: attempt,
  };
}
