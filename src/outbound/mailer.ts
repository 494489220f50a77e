import { createTransport } from "nodemailer";
import { z } from "zod";

const CONNECT_TIMEOUT_MS = 3_000;
const ANSWER_TIMEOUT_MS = 6_000;
/** A server that trickles its answers would outlast every other bound. */
const WHOLE_TIMEOUT_MS = 9_000;
const IDLE_MS = 30_000;

/** A calendar entry as text, for the part that mail programs show as an invitation. */
export interface CalendarPart {
  readonly method: string;
  readonly content: string;
}

/** One mail to one person; every text is encoded as it has to be. */
export interface OutgoingMail {
  /** `name@host`, or `Name <name@host>`. */
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Without it the text goes alone. */
  readonly html?: string;
  /** With its angle brackets; the same for a repeat. */
  readonly messageId: string;
  readonly calendar?: CalendarPart;
}

/** What a mail server said; a connection that failed is an answer, too. Nothing here quotes an address. */
export interface MailAnswer {
  readonly isAccepted: boolean;
  /** The command that failed, such as `RCPT TO`. */
  readonly command?: string;
  /** The reply code of the server, such as 550. */
  readonly status?: number;
  /** The enhanced code of its text, such as 5.1.1 (RFC 3463). */
  readonly enhanced?: string;
  /** What went wrong where the server said nothing, such as ETIMEDOUT. */
  readonly code?: string;
}

/** Hands mails to the operator's own mail server. */
export interface Mailer {
  /** The name of the server. */
  readonly host: string;
  send(mail: OutgoingMail): Promise<MailAnswer>;
  close(): Promise<void>;
  /** Cuts what is under way; it counts as not sent, to be tried again. */
  abort(): Promise<void>;
}

/**
 * Makes a mailer of a `smtp://` or `smtps://` address: kept connections, bounded times, no repeats of its own.
 *
 * The address is the operator's, from the environment; it may be private, unlike what reps give.
 */
export function createMailer(smtpUrl: string): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxRequeues: 0,
    idleTimeout: IDLE_MS,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    dnsTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: ANSWER_TIMEOUT_MS,
    socketTimeout: ANSWER_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const ending = new AbortController();
  return {
    host: new URL(smtpUrl).hostname,
    send: async (mail) => {
      const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(WHOLE_TIMEOUT_MS)]);
      try {
        const { response } = await transport.sendMail({ ...messageOf(mail), signal });
        return { isAccepted: true, ...replyOf(response) };
      } catch (error) {
        return failureOf(error);
      }
    },
    close: async () => transport.close(),
    abort: async () => {
      ending.abort();
      transport.close({ force: true });
    },
  };
}

function messageOf({ from, to, calendar, ...rest }: OutgoingMail) {
  return {
    ...rest,
    from,
    // As an object it is taken as it stands, not read as a list of addresses.
    to: { name: "", address: to },
    headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
    priority: "high",
    xMailer: false,
    ...(calendar === undefined ? {} : { icalEvent: { ...calendar, filename: "recording.ics" } }),
  } as const;
}

const failureSchema = z.object({
  code: z.string().optional(),
  command: z.string().optional(),
  responseCode: z.int().optional(),
  response: z.string().optional(),
});

function failureOf(error: unknown): MailAnswer {
  const { data } = failureSchema.safeParse(error);
  const { command, responseCode, response = "" } = data ?? {};
  return {
    isAccepted: false,
    code: data?.code ?? "MAIL_NOT_SENT",
    ...(command === undefined ? {} : { command }),
    ...(responseCode === undefined ? {} : { ...replyOf(response), status: responseCode }),
  };
}

function replyOf(response: string): Pick<MailAnswer, "status" | "enhanced"> {
  const [, status, enhanced] = /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3}))?/.exec(response) ?? [];
  return {
    ...(status === undefined ? {} : { status: Number(status) }),
    ...(enhanced === undefined ? {} : { enhanced }),
  };
}
