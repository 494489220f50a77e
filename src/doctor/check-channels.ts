import { z } from "zod";
import { type Finding, fail, ok, warn } from "./finding.ts";

/** The settings of the channels; what is left out is not checked. */
export interface ChannelSettings {
  readonly vapidSubject?: string | undefined;
  readonly smtpUrl?: string | undefined;
}

const mailSchema = z.email();

/** Looks at the form of the channels' settings, as far as there are any; nothing is sent. Pure. */
export function checkChannels({ vapidSubject, smtpUrl }: ChannelSettings): readonly Finding[] {
  return [
    ...(vapidSubject === undefined ? [] : [vapidFinding(vapidSubject)]),
    ...(smtpUrl === undefined ? [] : [smtpFinding(smtpUrl)]),
  ];
}

function vapidFinding(subject: string): Finding {
  return isContact(subject)
    ? ok("channels", "VAPID_SUBJECT names a contact for the web push services")
    : fail("channels", {
        message: "VAPID_SUBJECT names nobody: web push services refuse such a contact",
        whatToDo: "Set mailto: and an e-mail address, or an https URL",
      });
}

function isContact(subject: string): boolean {
  return subject.startsWith("mailto:")
    ? mailSchema.safeParse(subject.slice("mailto:".length)).success
    : URL.canParse(subject) && new URL(subject).protocol === "https:";
}

function smtpFinding(smtpUrl: string): Finding {
  const url = URL.canParse(smtpUrl) ? new URL(smtpUrl) : undefined;
  if (url === undefined || !/^smtps?:$/.test(url.protocol) || url.hostname === "") {
    return fail("channels", {
      message: "SMTP_URL names no mail server",
      whatToDo: "Write it as smtps://user:password@mail.example.com:465",
    });
  }
  const isOpen = url.protocol === "smtp:" && url.password !== "";
  return isOpen
    ? warn("channels", {
        message: "SMTP_URL has a password and begins with smtp://: it may be sent before TLS is on",
        whatToDo: "Use smtps:// if the mail server offers it",
      })
    : ok("channels", `SMTP_URL names the mail server ${url.host}`);
}
