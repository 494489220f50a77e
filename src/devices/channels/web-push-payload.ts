import { isoInstant } from "../../domain/instant.ts";
import type { PromptMessage } from "../../domain/prompt-message.ts";
import { collapseKey } from "./collapse-key.ts";
import { promptText } from "./prompt-text.ts";

/**
 * The largest text that goes out, in bytes. One encrypted record holds 3993 (RFC 8291, section 4), Mozilla's
 * bridge to Android no more than 2744.
 */
const MOST_BYTES = 2_500;

/** Tells a message in Safari's declarative form from others; the number of RFC 8030. */
const DECLARATIVE = 8030;

/** One key for everything that is about the same visit of the same rep, so that it is replaced in place. */
export function pushTag(message: PromptMessage): string {
  return message.kind === "test"
    ? "siro-bridge-test"
    : collapseKey({
        connection: message.connection,
        recordId: message.prompt.recordId,
        userId: message.rep.userId,
      });
}

/**
 * Words a prompt for the service worker, as JSON that every browser reads and that Safari can show without the
 * worker; without the link when it would be too long: the page asks for it.
 *
 * @see https://webkit.org/blog/16535/meet-declarative-web-push/
 */
export function pushPayload(message: PromptMessage): string {
  const { title, body } = promptText(message);
  const whole = composed(message, { title, body, data: dataOf(message) });
  if (Buffer.byteLength(whole) <= MOST_BYTES) {
    return whole;
  }
  const { link: _link, ...data } = dataOf(message);
  const shorter = composed(message, { title, body, data });
  return Buffer.byteLength(shorter) <= MOST_BYTES ? shorter : smallestPushPayload(message);
}

/** As little as a device can show and open: for a push service that finds the usual form too large. */
export function smallestPushPayload(message: PromptMessage): string {
  const { title } = promptText(message);
  const { kind, promptId, action, openUrl } = dataOf(message);
  return composed(message, { title, body: "", data: { kind, promptId, action, openUrl } });
}

/** Takes back the notification with this tag. */
export function clearPayload(tag: string): string {
  return JSON.stringify({ kind: "clear", tag });
}

interface Shown {
  readonly title: string;
  readonly body: string;
  readonly data: object;
}

interface PushData {
  readonly kind: PromptMessage["kind"];
  readonly promptId: string;
  readonly openUrl: string;
  readonly action?: string;
  readonly ackUrl?: string;
  readonly link?: string;
  readonly expiresAt?: string;
}

function dataOf(message: PromptMessage): PushData {
  const { kind, openUrl } = message;
  if (message.kind === "test") {
    return { kind, promptId: message.promptId, openUrl };
  }
  const { prompt, ackUrl, link } = message;
  return {
    kind,
    promptId: prompt.promptId,
    action: prompt.action,
    openUrl,
    ackUrl,
    link,
    expiresAt: isoInstant(prompt.expiresAtMs),
  };
}

function composed(message: PromptMessage, { title, body, data }: Shown): string {
  return JSON.stringify({
    web_push: DECLARATIVE,
    // The draft has it here, Safari inside: with it the worker runs and says that the prompt was shown.
    mutable: true,
    notification: {
      title,
      body,
      navigate: message.openUrl,
      tag: pushTag(message),
      lang: "en",
      silent: false,
      mutable: true,
      data,
    },
  });
}
