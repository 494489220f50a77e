import type { AttemptOutcome } from "../../domain/attempt-outcome.ts";
import type { MailAnswer } from "../../outbound/mailer.ts";
import { accessRefused, messageRefused } from "./channel-outcomes.ts";

/** There is no such mailbox, or no such place for mail, or it is switched off (RFC 3463, RFC 7505). */
const NO_SUCH_MAILBOX = /^5\.(1\.[1236]|1\.10|2\.1)$/;
/** The session was in the wrong state, not the mail at fault; the server closes. */
const PASSING = new Set([421, 503]);

/**
 * Says what a mail server's answer means for the device.
 *
 * A refused recipient is gone only when the server says that the mailbox does not exist: the same 550 stands for
 * relaying that is not allowed and for senders on a list, and those are the operator's to mend.
 */
export function smtpOutcome(answer: MailAnswer, tookMs: number): AttemptOutcome {
  const { isAccepted, status, enhanced, command, code } = answer;
  const text = wordsOf(answer);
  if (isAccepted) {
    return { kind: "accepted", tookMs, answer: text };
  }
  if (status === undefined || status < 500 || PASSING.has(status)) {
    return { kind: "try-later", answer: text };
  }
  if (code === "EAUTH") {
    return accessRefused(text);
  }
  return command === "RCPT TO" && NO_SUCH_MAILBOX.test(enhanced ?? "")
    ? { kind: "device-gone", answer: text }
    : messageRefused(text);
}

/** A server's own text may quote the address; its codes do not. */
function wordsOf({ status, enhanced, code }: MailAnswer): string {
  return status === undefined
    ? (code ?? "no answer")
    : ["SMTP", status, ...(enhanced ?? "").split(" ")].join(" ").trim();
}
