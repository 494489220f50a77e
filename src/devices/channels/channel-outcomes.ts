import { z } from "zod";
import type { AttemptOutcome } from "../../domain/attempt-outcome.ts";
import type { PostAnswer } from "../../outbound/post-json.ts";

/** The stored address does not have the shape that the channel knows. */
export const ADDRESS_UNREADABLE: AttemptOutcome = {
  kind: "refused",
  reason: "ADDRESS_UNREADABLE",
  answer: "the stored address is unreadable",
};

/** An answer that came, whatever its status. */
export type HttpAnswer = Extract<PostAnswer, { readonly kind: "answered" }>;

/** The settings that a channel needs are gone; `what` names them. */
export function notConfigured(what: string): AttemptOutcome {
  return { kind: "refused", reason: "CHANNEL_NOT_CONFIGURED", answer: what };
}

/** The provider does not let the bridge in: a wrong key, a missing right. */
export function accessRefused(answer: string): AttemptOutcome {
  return { kind: "refused", reason: "CHANNEL_ACCESS_REFUSED", answer };
}

/** The provider does not take this message and would not take it again. */
export function messageRefused(answer: string): AttemptOutcome {
  return { kind: "refused", reason: "CHANNEL_MESSAGE_REFUSED", answer };
}

/** What a request without an answer comes to: a forbidden address is an operator's business, the rest passes. */
export function unansweredOutcome(answer: Exclude<PostAnswer, HttpAnswer>): AttemptOutcome {
  return answer.kind === "refused"
    ? { kind: "refused", reason: "ADDRESS_REFUSED", answer: answer.detail }
    : { kind: "try-later", answer: answer.detail };
}

/** Worth another try; a time that the provider named with a 429 or a 503 is kept. */
export function laterOutcome({ status, retryAfterMs }: HttpAnswer): AttemptOutcome {
  const answer = `HTTP ${status}`;
  const isTimed = status === 429 || status === 503;
  return isTimed && retryAfterMs !== undefined
    ? { kind: "try-later", answer, retryAfterMs }
    : { kind: "try-later", answer };
}

const errorSchema = z.object({ code: z.int() });

/** The number that ntfy and Twilio give an error: `code` of the JSON body; undefined when there is none. */
export function errorNumberOf({ body = "" }: HttpAnswer): number | undefined {
  try {
    return errorSchema.safeParse(JSON.parse(body)).data?.code;
  } catch {
    return undefined;
  }
}
