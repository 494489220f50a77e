import type { PromptMessage } from "../../domain/prompt-message.ts";
import { escapeHtml } from "../../http/escape-html.ts";
import type { OutgoingMail } from "../../outbound/mailer.ts";
import { calendarEntry } from "./calendar-entry.ts";
import { promptText } from "./prompt-text.ts";

const BUTTON =
  "display:inline-block;padding:14px 24px;border-radius:8px;background:#0b5cff;color:#fff;text-decoration:none";

/** Writes subject, text, HTML and, for a prompt, the calendar entry of a mail. */
export function emailContent(
  message: PromptMessage,
): Pick<OutgoingMail, "subject" | "text" | "html" | "calendar"> {
  const { title, body } = promptText(message);
  const content = message.kind === "due" ? calendarEntry(message) : undefined;
  return {
    subject: message.kind === "due" ? `${title}: ${body}` : title,
    text: `${body}\n\n${title}:\n${message.openUrl}\n`,
    html: htmlOf({ title, body, openUrl: message.openUrl }),
    ...(content === undefined ? {} : { calendar: { method: "PUBLISH", content } }),
  };
}

interface Shown {
  readonly title: string;
  readonly body: string;
  readonly openUrl: string;
}

function htmlOf({ title, body, openUrl }: Shown): string {
  const url = escapeHtml(openUrl);
  return [
    '<!doctype html><html lang="en"><body style="font-family:sans-serif">',
    `<p>${escapeHtml(body)}</p>`,
    `<p><a href="${url}" style="${BUTTON}">${escapeHtml(title)}</a></p>`,
    `<p><small>${url}</small></p>`,
    "</body></html>",
  ].join("\n");
}
