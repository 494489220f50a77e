import { setTimeout as delay } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { TENANTS, type Tenant } from "../world/tenants.ts";
import type { AckBook, SentEvent } from "./ack-book.ts";
import { eventOf, type Visit, type VisitVersion } from "./visits.ts";

const MOST_IN_FLIGHT = 48;
const RESEND_AFTER_MS = 400;
const GIVE_UP_ON_ANSWER_MS = 15_000;

/** One event that is to be sent. */
export interface Posting {
  readonly visit: Visit;
  readonly version: VisitVersion;
}

/** How events are sent. */
export interface SendingPlan {
  readonly ratePerSecond: number;
  /** An event that is not acknowledged is sent again until then. */
  readonly giveUpAtMs: number;
}

/** What sends, and to where. */
export interface Sender {
  readonly url: string;
  readonly book: AckBook;
  /** Some clocks are wrong on purpose; a bearer needs none. */
  readonly proof: "signature" | "bearer";
}

/** Sends events at a bounded rate, each again until it is acknowledged, as Salesforce does. */
export async function sendAll(
  sender: Sender,
  postings: readonly Posting[],
  plan: SendingPlan,
): Promise<void> {
  const beganMs = performance.now();
  const inFlight = new Set<Promise<void>>();
  for (const [at, posting] of postings.entries()) {
    await untilMoment(beganMs + (at * 1000) / plan.ratePerSecond);
    while (inFlight.size >= MOST_IN_FLIGHT) {
      await Promise.race(inFlight);
    }
    const one = sendUntilAcked(sender, posting, plan).finally(() => inFlight.delete(one));
    inFlight.add(one);
  }
  await Promise.all(inFlight);
}

async function sendUntilAcked(
  sender: Sender,
  { visit, version }: Posting,
  { giveUpAtMs }: SendingPlan,
): Promise<void> {
  const line = sender.book.open(visit, version);
  for (;;) {
    const status = await sendOnce(sender, [line]);
    if (status === 202 || Date.now() >= giveUpAtMs) {
      return;
    }
    await delay(RESEND_AFTER_MS * (0.5 + Math.random()));
  }
}

/** Sends some events of one tenant in one request, once, and writes down what came back. */
export async function sendOnce(
  { url, book, proof }: Sender,
  lines: readonly SentEvent[],
): Promise<number> {
  const [first] = lines;
  const tenant = TENANTS.find(({ name }) => name === first?.visit.connection) ?? TENANTS[0];
  const events = lines.map(({ visit, version }) => eventOf(visit, version));
  const body = JSON.stringify({ events });
  const beganMs = performance.now();
  const status = await post(`${url}/webhooks/events/${tenant.name}`, {
    body,
    headers: {
      "content-type": "application/json",
      ...(proof === "bearer"
        ? { authorization: `Bearer ${tenant.webhookSecret}` }
        : signed(tenant, body)),
    },
  });
  book.note(lines, { status, tookMs: performance.now() - beganMs, atMs: Date.now() });
  return status;
}

async function post(
  url: string,
  init: { readonly body: string; readonly headers: Record<string, string> },
): Promise<number> {
  try {
    const signal = AbortSignal.timeout(GIVE_UP_ON_ANSWER_MS);
    const answer = await fetch(url, { method: "POST", ...init, signal });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

function signed({ signingSecret }: Tenant, body: string): Record<string, string> {
  const now = new Date();
  const id = `msg_${now.getTime()}`;
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": new Webhook(signingSecret).sign(id, now, body),
  };
}

async function untilMoment(atMs: number): Promise<void> {
  const leftMs = atMs - performance.now();
  if (leftMs > 0) {
    await delay(leftMs);
  }
}
