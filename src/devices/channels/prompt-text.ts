import type { Privacy } from "../../domain/channel-settings.ts";
import type { PromptAction } from "../../domain/prompt.ts";
import type { PromptMessage } from "../../domain/prompt-message.ts";

/** What a device shows: a heading and one sentence, in plain text, each on one line. */
export interface PromptText {
  readonly title: string;
  readonly body: string;
}

const HEADINGS: Readonly<Record<PromptAction, string>> = {
  start: "Start recording",
  stop: "Stop recording",
  restart: "Start the next recording",
};

/** Some channels cut off sooner; nobody reads more on a lock screen. */
const LONGEST_TITLE = 80;

/**
 * Words a prompt for a lock screen, in the rep's time zone and as openly as the connection allows.
 *
 * Line breaks and control characters of the CRM's text never come through: they would end a header.
 */
export function promptText(message: PromptMessage): PromptText {
  if (message.kind === "test") {
    return {
      title: "Siro bridge test",
      body: "This device gets your recording prompts. Nothing to do.",
    };
  }
  const { prompt, appointment, rep, privacy } = message;
  const who = shownTitle(appointment.title, privacy);
  const from = clockTime(appointment.startAtMs, rep.timeZone);
  const to = clockTime(appointment.endAtMs, rep.timeZone);
  return {
    title: HEADINGS[prompt.action],
    body: who === "" ? `${from} to ${to}` : `${who}, ${from} to ${to}`,
  };
}

function shownTitle(title: string, privacy: Privacy): string {
  const line = oneLine(title);
  switch (privacy) {
    case "full":
      return line;
    case "initials":
      return line
        .split(" ")
        .flatMap((word) => /\p{L}/u.exec(word)?.[0]?.toUpperCase() ?? [])
        .slice(0, 3)
        .join(".");
    case "none":
      return "";
  }
}

function oneLine(text: string): string {
  const line = text
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, " ")
    .trim();
  return line.length > LONGEST_TITLE ? `${line.slice(0, LONGEST_TITLE - 1).toWellFormed()}…` : line;
}

/** One takes as long to make as dozens of prompts to word. */
const CLOCKS = new Map<string | undefined, Intl.DateTimeFormat>();
const MOST_CLOCKS = 100;

function clockTime(atMs: number, timeZone: string | undefined): string {
  const clock = CLOCKS.get(timeZone) ?? clockOf(timeZone);
  if (CLOCKS.size < MOST_CLOCKS) {
    CLOCKS.set(timeZone, clock);
  }
  return clock.format(atMs);
}

/** Without a known time zone the hour would be a guess, so UTC is named. */
function clockOf(timeZone: string | undefined): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", {
    hour: "numeric",
    minute: "2-digit",
    timeZone: timeZone ?? "UTC",
    ...(timeZone === undefined ? { timeZoneName: "short" } : {}),
  });
}
