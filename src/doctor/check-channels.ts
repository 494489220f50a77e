import { type Finding, fail, ok, warn } from "./finding.ts";

/** The settings of the channels. */
export interface ChannelSettings {
  /** Undefined while web push is off. */
  readonly vapid?: { readonly subject: string } | undefined;
  /** Whether the key pair came from the environment. */
  readonly isVapidKeyGiven?: boolean;
  /** Left out, it is not checked. */
  readonly smtpUrl?: string | undefined;
}

/** Says whether web push is on, and looks at the form of the other settings; nothing is sent. Pure. */
export function checkChannels(settings: ChannelSettings): readonly Finding[] {
  const { smtpUrl } = settings;
  return [vapidFinding(settings), ...(smtpUrl === undefined ? [] : [smtpFinding(smtpUrl)])];
}

function vapidFinding({ vapid, isVapidKeyGiven = false }: ChannelSettings): Finding {
  if (vapid === undefined) {
    return warn("channels", {
      message: "Web push is off: there is no contact for the push services",
      whatToDo:
        "Set VAPID_SUBJECT to mailto: and a real e-mail address, or PUBLIC_URL to a public https URL",
    });
  }
  const keys = isVapidKeyGiven ? "keys from the environment" : "keys derived from SECRET_KEY";
  return ok(
    "channels",
    `Web push is on: ${keys}; push services see ${vapid.subject} as the contact`,
  );
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
