import { createHash } from "node:crypto";
import { Webhook } from "standardwebhooks";
import type { AlertNotice, AlertSending } from "../domain/alert.ts";
import type { AlertTargets } from "../domain/alert-roads.ts";
import type { MailAnswer, Mailer } from "../outbound/mailer.ts";
import type { PostAnswer, Poster } from "../outbound/post-json.ts";
import { alertBody, alertLetter } from "./alert-message.ts";

/** Where notices go to. */
export interface SendNoticeDeps {
  readonly settings: AlertTargets;
  readonly poster: Poster;
  /** Undefined where there is no mail server. */
  readonly mailer: Mailer | undefined;
  readonly publicUrl: URL;
  readonly nowMs: () => number;
}

/** How one try ended; `answer` names no address. */
export type SendingOutcome =
  | { readonly kind: "delivered"; readonly answer: string }
  | { readonly kind: "failed"; readonly answer: string; readonly retryAfterMs?: number }
  /** The road is not configured any more. */
  | { readonly kind: "no-road" };

/** Sends one notice on one road, once. Sent again it can be told from a new one: its id stays the same. */
export function sendNotice(
  deps: SendNoticeDeps,
  { notice, road }: AlertSending,
): Promise<SendingOutcome> {
  return road === "webhook" ? postNotice(deps, notice) : mailNotice(deps, notice, road);
}

async function postNotice(
  { settings: { webhook }, poster, publicUrl, nowMs }: SendNoticeDeps,
  notice: AlertNotice,
): Promise<SendingOutcome> {
  if (webhook === undefined) {
    return { kind: "no-road" };
  }
  const { url, secret } = webhook;
  const { noticeId } = notice;
  const atMs = nowMs();
  const body = JSON.stringify(alertBody(notice, { publicUrl, nowMs: atMs }));
  const answer = await poster.post({
    url,
    body,
    headers: {
      "content-type": "application/json",
      "user-agent": "siro-bridge",
      "webhook-id": noticeId,
      "webhook-timestamp": String(Math.floor(atMs / 1000)),
      "webhook-signature": new Webhook(secret).sign(noticeId, new Date(atMs), body),
    },
  });
  return judgePost(answer);
}

function judgePost(answer: PostAnswer): SendingOutcome {
  if (answer.kind !== "answered") {
    return { kind: "failed", answer: answer.detail };
  }
  const { status, retryAfterMs } = answer;
  const text = `HTTP ${status}`;
  if (status >= 200 && status < 300) {
    return { kind: "delivered", answer: text };
  }
  return { kind: "failed", answer: text, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

async function mailNotice(
  { settings: { email }, mailer, publicUrl }: SendNoticeDeps,
  notice: AlertNotice,
  road: string,
): Promise<SendingOutcome> {
  const to = email?.to[Number(road.slice("email-".length))];
  if (email === undefined || to === undefined || mailer === undefined) {
    return { kind: "no-road" };
  }
  const { subject, text } = alertLetter(notice, publicUrl);
  const messageId = `<${digestOf(`${notice.noticeId} ${road}`)}@siro-bridge.invalid>`;
  return judgeMail(await mailer.send({ from: email.from, to, subject, text, messageId }));
}

function judgeMail({ isAccepted, status, code }: MailAnswer): SendingOutcome {
  const answer = [status, code].filter((part) => part !== undefined).join(" ");
  return isAccepted
    ? { kind: "delivered", answer: answer === "" ? "accepted" : answer }
    : { kind: "failed", answer };
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 40);
}
