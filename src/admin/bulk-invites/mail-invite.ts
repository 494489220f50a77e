import { randomUUID } from "node:crypto";
import type { Connection } from "../../domain/connection.ts";
import { escapeHtml } from "../../http/escape-html.ts";
import type { Mailer } from "../../outbound/mailer.ts";

/** Whom an invite is mailed to, and what stands in the mail. */
export interface InviteLetter {
  readonly email: string;
  readonly name: string;
  readonly url: string;
  readonly expiresAtMs: number;
  readonly timeZone?: string | undefined;
}

/** Mails one invite; says undefined when the mail server took it, else what it said. */
export type MailInvite = (letter: InviteLetter) => Promise<string | undefined>;

/** Opens the way to mail a connection's invites; undefined where mail is not set up. */
export function openInviteMail(
  mailer: Pick<Mailer, "send"> | undefined,
  { channels }: Pick<Connection, "channels">,
): MailInvite | undefined {
  const from = channels.email?.from;
  if (mailer === undefined || from === undefined) {
    return undefined;
  }
  return async (letter) => {
    const messageId = `<${randomUUID()}@${/@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? "siro-bridge.invalid"}>`;
    const mail = { from, to: letter.email, messageId, ...contentOf(letter) };
    const { isAccepted, status, code } = await mailer.send(mail);
    return isAccepted ? undefined : `the mail server did not take it (${status ?? code})`;
  };
}

function contentOf({ name, url, expiresAtMs, timeZone = "UTC" }: InviteLetter) {
  const [first = name] = name.split(" ");
  const until = new Intl.DateTimeFormat("en-US", {
    dateStyle: "full",
    timeStyle: "short",
    timeZone,
  }).format(expiresAtMs);
  const lines = [
    `Hello ${first},`,
    "open this link on the phone that you record with. It sets the phone up to remind you of each recording at the right moment.",
    url,
    `It is for you alone, works once, and ends on ${until} (${timeZone}).`,
  ];
  const href = escapeHtml(url);
  const html = lines.map((line) =>
    line === url ? `<p><a href="${href}">${href}</a></p>` : `<p>${escapeHtml(line)}</p>`,
  );
  return {
    subject: "Set up your phone for recording reminders",
    text: `${lines.join("\n\n")}\n`,
    html: `<!doctype html><html lang="en"><body>${html.join("\n")}</body></html>`,
  };
}
