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
 * pieces of one kind for one prompt the surest is given, the earliest of these.
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
  return surestOfEach([...links.flatMap(linkEvidence), ...matchRecorder(recorder, links, prompts)]);
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

function surestOfEach(evidence: readonly PromptEvidence[]): readonly PromptEvidence[] {
  const best = new Map<string, PromptEvidence>();
  for (const one of evidence) {
    const key = `${one.kind} ${one.promptId}`;
    const known = best.get(key);
    if (known === undefined || isSurer(one, known)) {
      best.set(key, one);
    }
  }
  return [...best.values()].sort(
    (left, right) =>
      left.promptId.localeCompare(right.promptId) ||
      receiptRank(left.kind) - receiptRank(right.kind),
  );
}

function isSurer(one: PromptEvidence, other: PromptEvidence): boolean {
  const order = receiptCertaintySchema.options;
  const difference = order.indexOf(one.certainty) - order.indexOf(other.certainty);
  return difference < 0 || (difference === 0 && one.atMs < other.atMs);
}
