import { createHash } from "node:crypto";
import { z } from "zod";
import type { AttemptOutcome } from "../../domain/attempt-outcome.ts";
import type { Connection } from "../../domain/connection.ts";
import type { PromptMessage } from "../../domain/prompt-message.ts";
import type { Mailer, OutgoingMail } from "../../outbound/mailer.ts";
import type { AddressVerdict, Channel, SendContext } from "./channel.ts";
import { ADDRESS_UNREADABLE, notConfigured } from "./channel-outcomes.ts";
import { emailContent } from "./email-content.ts";
import { judgeAddress } from "./judge-address.ts";
import { smtpOutcome } from "./smtp-outcome.ts";

const addressSchema = z.strictObject({ email: z.email("must be an e-mail address").max(254) });

/** What the channel needs: the mail server, where there is one, and the connections' senders. */
export interface EmailChannelDeps {
  readonly mailer: Mailer | undefined;
  readonly connections: ReadonlyMap<string, Pick<Connection, "channels">>;
}

/**
 * The `email` channel: a mail with our page behind a button and a calendar entry with an alarm.
 *
 * Siro's own link is not in it: links in mails are followed by scanners and rewritten by gateways.
 */
export function emailChannel(deps: EmailChannelDeps): Channel {
  return {
    kind: "email",
    checkAddress: (address, connection) => checkAddress(deps, address, connection),
    hostOf: () => deps.mailer?.host,
    send: async (message, address, context) => {
      const from = deps.connections.get(message.connection)?.channels.email?.from;
      const parsed = addressSchema.safeParse(address);
      if (deps.mailer === undefined || from === undefined) {
        return notConfigured("SMTP_URL or the connection's channels.email is not set any more");
      }
      return parsed.success
        ? sendMail(deps.mailer, mailOf({ message, context, from, to: parsed.data.email }))
        : ADDRESS_UNREADABLE;
    },
  };
}

function checkAddress(
  { mailer, connections }: EmailChannelDeps,
  address: unknown,
  connection: string,
): AddressVerdict {
  const isSetUp = mailer !== undefined && connections.get(connection)?.channels.email !== undefined;
  const message = `address: e-mail is not set up; set SMTP_URL and channels.email.from of the connection ${connection}`;
  return isSetUp ? judgeAddress(addressSchema, address) : { kind: "unusable", message };
}

async function sendMail(mailer: Mailer, mail: OutgoingMail): Promise<AttemptOutcome> {
  const startedMs = performance.now();
  const answer = await mailer.send(mail);
  return smtpOutcome(answer, Math.round(performance.now() - startedMs));
}

interface Letter {
  readonly message: PromptMessage;
  readonly context: SendContext;
  readonly from: string;
  readonly to: string;
}

function mailOf({ message, context, from, to }: Letter): OutgoingMail {
  return { ...emailContent(message), from, to, messageId: messageIdOf(context, from) };
}

/** The same for a repeat, so that mail programs can tell; a digest, because keys may hold any character. */
function messageIdOf({ idempotencyKey }: SendContext, from: string): string {
  const host = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? "siro-bridge.invalid";
  return `<${createHash("sha256").update(idempotencyKey).digest("hex").slice(0, 40)}@${host}>`;
}
