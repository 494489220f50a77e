import type { Appointment } from "../domain/appointment.ts";
import { beginOf, isOpened } from "../domain/begin-of-visit.ts";
import type { Prompt, PromptState } from "../domain/prompt.ts";

const STATUSES: Readonly<Record<Appointment["status"], string>> = {
  scheduled: "A",
  "in-progress": "I",
  completed: "C",
  canceled: "X",
};

/** What follows a rep's name for a prompt in this state; a due one's expiry comes behind it. */
const STATES: Readonly<Record<PromptState, string>> = {
  waiting: "W",
  due: "D",
  sent: "S",
  superseded: "R",
  skipped: "K",
  expired: "E",
};

/**
 * What an appointment itself says about its states, as one word: its status, its end, and the names of its reps.
 *
 * `A0abc120` is a scheduled one that ends at `0abc12` and names the rep `0`. What time brings about is not in it:
 * whoever reads it brings the time along.
 */
export function visitFacts(
  { status, endAtMs, reps }: Appointment,
  knownUserIds: readonly string[],
): string {
  const names = reps.map(({ userId }) => factsName(userId, knownUserIds));
  return `${STATUSES[status]}${moment(endAtMs)}${names.join(",")}`;
}

/**
 * What a rep's prompts for an appointment say about its states, as one word: the rep's name, the prompt that begins
 * the recording, and the states of the others, each once.
 *
 * The beginning is `P` with its moment and expiry while it waits, `Q` with its expiry once it is due, `O` when the
 * rep followed it, `Z` when it was sent alone, and `N` with its state when nothing is sent any more.
 */
export function promptFacts(name: string, prompts: readonly Prompt[]): string {
  const begin = beginOf(prompts);
  const others = prompts
    .filter((prompt) => prompt !== begin)
    .map(({ state, expiresAtMs }) => STATES[state] + (state === "due" ? moment(expiresAtMs) : ""));
  return [name, ...(begin === undefined ? [] : [beginFacts(begin)]), ...new Set(others)].join("");
}

/** The name of a rep within an appointment's facts: its place among those the appointment ever named. */
export function factsName(userId: string, knownUserIds: readonly string[]): string {
  const at = knownUserIds.indexOf(userId);
  // What cannot be named makes the appointment be looked at whatever is asked for.
  return at < 0 ? "?" : at.toString(36);
}

function beginFacts(begin: Prompt): string {
  const { state, dueAtMs, expiresAtMs } = begin;
  switch (state) {
    case "waiting":
      return `P${moment(dueAtMs)}${moment(expiresAtMs)}`;
    case "due":
      return `Q${moment(expiresAtMs)}`;
    case "sent":
      return isOpened(begin) ? "O" : "Z";
    case "expired":
    case "skipped":
    case "superseded":
      return `N${STATES[state]}`;
  }
}

/** Six signs are enough for the seconds until 2088. */
const EPOCH_S = Date.UTC(2020) / 1000;
const SIGNS = 6;
const MOST = 36 ** SIGNS - 1;

/** A moment as six signs: whole seconds, rounded down. */
function moment(atMs: number): string {
  const seconds = Math.floor(atMs / 1000) - EPOCH_S;
  return Math.min(MOST, Math.max(0, seconds)).toString(36).padStart(SIGNS, "0");
}

/** The second of a moment as facts count it. */
export function factsSecond(atMs: number): number {
  return Math.floor(atMs / 1000) - EPOCH_S;
}
