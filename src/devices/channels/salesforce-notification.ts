import { z } from "zod";
import type { AttemptOutcome } from "../../domain/attempt-outcome.ts";
import type { Connection } from "../../domain/connection.ts";
import type { PromptMessage } from "../../domain/prompt-message.ts";
import { BridgeError } from "../../errors.ts";
import type { AddressVerdict, Channel } from "./channel.ts";
import { accessRefused, messageRefused, notConfigured } from "./channel-outcomes.ts";
import { hostOf } from "./host-of.ts";
import { judgeAddress } from "./judge-address.ts";
import { promptText } from "./prompt-text.ts";

/** The rep's user id is the address; there is nothing else to know. */
const addressSchema = z.strictObject({});

/** Salesforce's own word for "opens nothing". */
const NO_TARGET = "000000000000000AAA";

/** A notification as the org takes it. */
export interface OrgNotification {
  readonly typeDeveloperName: string;
  readonly recipientId: string;
  /** Up to 250 characters. */
  readonly title: string;
  /** Up to 750 characters. */
  readonly body: string;
  /** The record that a tap opens. */
  readonly targetId: string;
}

/** What came of it. */
export type OrgNotified =
  | { readonly kind: "sent" }
  | { readonly kind: "unknown-type" | "unknown-recipient" | "not-allowed" }
  | { readonly kind: "refused"; readonly code: string };

/** What the channel needs from the world. */
export interface SalesforceNotificationDeps {
  readonly connections: ReadonlyMap<string, Pick<Connection, "channels" | "salesforce">>;
  /** Sends through the org of a connection; throws a BridgeError when the org cannot be asked or refuses us. */
  readonly notify: (connection: string, notification: OrgNotification) => Promise<OrgNotified>;
}

/**
 * The `salesforce-notification` channel: Salesforce's own push to the rep's Salesforce app.
 *
 * A tap opens the appointment's record, never a link: Salesforce refuses targets outside itself. The link is then
 * one tap away where the connection writes links back to the record.
 */
export function salesforceNotificationChannel(deps: SalesforceNotificationDeps): Channel {
  return {
    kind: "salesforce-notification",
    checkAddress: (address, connection) => checkAddress(deps, address, connection),
    hostOf: (_, connection) => hostOf(deps.connections.get(connection)?.salesforce?.instanceUrl),
    send: async (message) => {
      const settings = deps.connections.get(message.connection)?.channels.salesforceNotification;
      return settings === undefined
        ? notConfigured("the connection has no channels.salesforceNotification any more")
        : send(deps, message, settings.typeDeveloperName);
    },
  };
}

function checkAddress(
  { connections }: SalesforceNotificationDeps,
  address: unknown,
  connection: string,
): AddressVerdict {
  const settings = connections.get(connection);
  const isSetUp =
    settings?.salesforce !== undefined && settings.channels.salesforceNotification !== undefined;
  const message = `address: Salesforce notifications are not set up; add salesforce and channels.salesforceNotification to the connection ${connection}`;
  return isSetUp ? judgeAddress(addressSchema, address) : { kind: "unusable", message };
}

async function send(
  { notify }: SalesforceNotificationDeps,
  message: PromptMessage,
  typeDeveloperName: string,
): Promise<AttemptOutcome> {
  const startedMs = performance.now();
  try {
    const outcome = await notify(message.connection, {
      typeDeveloperName,
      recipientId: message.rep.userId,
      ...promptText(message),
      targetId: message.kind === "due" ? message.appointment.recordId : NO_TARGET,
    });
    return outcomeOf(outcome, Math.round(performance.now() - startedMs));
  } catch (error) {
    return failureOf(error);
  }
}

function outcomeOf(outcome: OrgNotified, tookMs: number): AttemptOutcome {
  switch (outcome.kind) {
    case "sent":
      return { kind: "accepted", tookMs, answer: "the org took it" };
    case "unknown-recipient":
      return { kind: "device-gone", answer: "the org knows no such user" };
    case "unknown-type":
      return notConfigured("the org has no custom notification type of that name");
    case "not-allowed":
      return accessRefused("the integration user may not send custom notifications");
    case "refused":
      return messageRefused(outcome.code);
  }
}

/** An org that is away is tried again; one that refuses us is an operator's business. */
function failureOf(error: unknown): AttemptOutcome {
  if (!(error instanceof BridgeError)) {
    throw error;
  }
  if (error.retry === "never") {
    return { kind: "refused", reason: error.code, answer: error.message };
  }
  const retryAfterMs = "retryAfterMs" in error ? error.retryAfterMs : undefined;
  return typeof retryAfterMs === "number"
    ? { kind: "try-later", answer: error.code, retryAfterMs }
    : { kind: "try-later", answer: error.code };
}
