import { receiptCertaintySchema, receiptRank } from "../domain/receipt.ts";
import { type MatchedLink, matchLink } from "./match-link.ts";
import { matchRecorder } from "./match-recorder.ts";
import type { MobileEvent } from "./mobile-event.ts";
import type { OutstandingPrompt, PromptEvidence } from "./outstanding-prompt.ts";
import { inOrder } from "./read-mobile-events.ts";
import type { ReadSeenLink } from "./seen-link.ts";

/**
 * Says what Siro's events prove about the outstanding prompts, and how surely. Pure.
 *
 * Neither the order of the events nor their repetition changes the result, and any of them may be missing.
 * What is not in the result is not disproved. Evidence never crosses from one rep to another; of several
 * pieces of one kind for one prompt the surest is given, the earliest of these, and one for each further recording
 * that is known by more than the time.
 */
export function correlateEvents(
  events: readonly MobileEvent[],
  prompts: readonly OutstandingPrompt[],
  readLink: ReadSeenLink,
): readonly PromptEvidence[] {
  const ordered = inOrder(events);
  const links = ordered.flatMap((event) =>
    event.kind === "link-received" || event.kind === "link-consumed"
      ? [matchLink(event, prompts, readLink)]
      : [],
  );
  const recorder = ordered.filter((event) => event.kind === "recorder");
  const evidence = [...links.flatMap(linkEvidence), ...matchRecorder(recorder, links, prompts)];
  return surestOfEach(evidence, prompts);
}

function linkEvidence({ event, match }: MatchedLink): readonly PromptEvidence[] {
  if (match === undefined) {
    return [];
  }
  const { atMs, recordingId } = event;
  return [
    {
      promptId: match.prompt.promptId,
      kind: event.kind === "link-received" ? "received" : "consumed",
      certainty: match.certainty,
      atMs,
      ...(recordingId === undefined ? {} : { recordingId }),
    },
  ];
}

function surestOfEach(
  evidence: readonly PromptEvidence[],
  prompts: readonly OutstandingPrompt[],
): readonly PromptEvidence[] {
  const isKnown = ({ promptId, recordingId }: PromptEvidence) =>
    prompts
      .find((prompt) => prompt.promptId === promptId)
      ?.recordings.some((known) => known.recordingId === recordingId) === true;
  const placed = evidence.map((one) => ({
    one,
    place: `${one.kind} ${one.promptId}`,
    recording: isOfRecorder(one) && (one.certainty !== "time" || isKnown(one)) && one.recordingId,
  }));
  const best = new Map<string, (typeof placed)[number]>();
  for (const next of placed) {
    const key = `${next.place} ${next.recording || ""}`;
    const known = best.get(key);
    if (known === undefined || isSurer(next.one, known.one)) {
      best.set(key, next);
    }
  }
  const surest = [...best.values()];
  // By rep and time alone one recording is believed, and only where none is known better.
  const named = new Set(surest.filter(({ recording }) => recording).map(({ place }) => place));
  return surest
    .filter(({ place, recording }) => recording || !named.has(place))
    .map(({ one }) => one)
    .sort(inPlace);
}

function isOfRecorder({ kind }: PromptEvidence): boolean {
  return kind === "recording" || kind === "stopped";
}

function inPlace(left: PromptEvidence, right: PromptEvidence): number {
  const [one = "", other = ""] = [left.recordingId, right.recordingId];
  return (
    left.promptId.localeCompare(right.promptId) ||
    receiptRank(left.kind) - receiptRank(right.kind) ||
    left.atMs - right.atMs ||
    one.localeCompare(other)
  );
}

function isSurer(one: PromptEvidence, other: PromptEvidence): boolean {
  const order = receiptCertaintySchema.options;
  const difference = order.indexOf(one.certainty) - order.indexOf(other.certainty);
  return difference < 0 || (difference === 0 && one.atMs < other.atMs);
}
