import type { PromptAction } from "../../domain/prompt.ts";
import type { PromptMessage } from "../../domain/prompt-message.ts";
import { collapseKey } from "./collapse-key.ts";
import { promptText } from "./prompt-text.ts";

/** What hosted ntfy takes as a message; longer ones become attachments. Applied to the whole JSON. */
const MOST_BYTES = 4096;

/** Urgent makes the phone ring on; a stop can wait for the next look. Names of tags that ntfy draws as pictures. */
const LOOKS: Readonly<Record<PromptAction | "test", { priority: number; tag: string }>> = {
  start: { priority: 5, tag: "record_button" },
  restart: { priority: 5, tag: "arrows_counterclockwise" },
  stop: { priority: 4, tag: "stop_button" },
  test: { priority: 3, tag: "white_check_mark" },
};

/**
 * Writes the JSON that ntfy publishes: a tap opens Siro's link, the button opens our page. Where the visit's title is
 * not for others, a tap opens our page as well.
 *
 * One sequence id per appointment, so that its stop takes the place of its start. ntfy knows no expiry of a
 * single message. What would exceed 4,096 bytes is written small.
 *
 * @see https://docs.ntfy.sh/publish/#publish-as-json
 */
export function ntfyBody(message: PromptMessage, topic: string): string {
  const { title, body } = promptText(message);
  const text = JSON.stringify({
    ...smallParts(message, topic),
    title,
    message: body,
    actions: [{ action: "view", label: "Open page", url: message.openUrl, clear: true }],
  });
  return Buffer.byteLength(text) > MOST_BYTES ? smallNtfyBody(message, topic) : text;
}

/** The same with the heading alone: the text goes, the link stays whole. */
export function smallNtfyBody(message: PromptMessage, topic: string): string {
  return JSON.stringify({ ...smallParts(message, topic), message: promptText(message).title });
}

function smallParts(message: PromptMessage, topic: string): object {
  if (message.kind === "test") {
    const { priority, tag } = LOOKS.test;
    return { topic, priority, tags: [tag], click: message.openUrl };
  }
  const { connection, prompt, appointment, rep, privacy, link, openUrl } = message;
  const { priority, tag } = LOOKS[prompt.action];
  const { recordId } = appointment;
  return {
    topic,
    priority,
    tags: [tag],
    // Siro's link holds the visit's title, and ntfy's server reads it.
    click: privacy === "full" ? link : openUrl,
    sequence_id: collapseKey({ connection, recordId, userId: rep.userId }),
  };
}
