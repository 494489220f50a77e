import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";

/** Where webhooks go, and the secret they are signed with. */
export interface SvixEndpoint {
  readonly url: string;
  readonly secret: string;
}

/** One message, the same over all its tries. */
export interface SvixMessage {
  readonly id: string;
  readonly body: string;
  /** The statuses of all tries; 0 where there was no answer. */
  readonly statuses: number[];
}

/**
 * Sends webhooks as Svix does: signed, with an id that stays the same when a message is sent again.
 *
 * @see https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export class SvixSender {
  readonly #nowMs: () => number;
  endpoint: SvixEndpoint | undefined;
  readonly sent: SvixMessage[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Sends a new message once; without an endpoint it is only kept. */
  async send(content: object): Promise<SvixMessage> {
    const message = { id: `msg_${randomUUID()}`, body: JSON.stringify(content), statuses: [] };
    this.sent.push(message);
    await this.resend(message);
    return message;
  }

  /** Sends a message again: same id, same body, the time and the signature of now. */
  async resend({ id, body, statuses }: SvixMessage): Promise<void> {
    if (this.endpoint === undefined) {
      return;
    }
    const { url, secret } = this.endpoint;
    const at = new Date(this.#nowMs());
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "svix-id": id,
          "svix-timestamp": String(Math.floor(at.getTime() / 1000)),
          "svix-signature": new Webhook(secret).sign(id, at, body),
        },
        body,
        redirect: "manual",
      });
      statuses.push(answer.status);
    } catch {
      statuses.push(0);
    }
  }
}
