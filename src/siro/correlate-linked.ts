import { firstSignOf, type RecorderTrail } from "../domain/recorder-trail.ts";
import type { SiroEvent } from "../domain/siro-event.ts";
import {
  isInWindow,
  mostAlike,
  type OutstandingPrompt,
  type PromptEvidence,
} from "./outstanding-prompt.ts";

/**
 * Says which prompt's recording a webhook tells to be linked; undefined when that cannot be told. Pure.
 *
 * Both flags have to be true, whichever of the two webhooks brings them. The recording a prompt is known to
 * have begun decides; else the CRM's records do, among the prompts of just this rep in whose time it began. A
 * recording whose beginning is not known belongs to none of them: it may be an older one of the same customer.
 *
 * @see https://docs.siro.ai/webhooks.json
 */
export function correlateLinked(
  event: SiroEvent,
  prompts: readonly OutstandingPrompt[],
  trail: RecorderTrail,
): PromptEvidence | undefined {
  const { isLinked, isProcessed, recordingId, siroUserId, crm, receivedAtMs } = event;
  if (!isLinked || !isProcessed) {
    return undefined;
  }
  const linkedIds = crm?.recordIds ?? [];
  const found = { kind: "linked", atMs: receivedAtMs, recordingId } as const;
  const begun = begunBy(prompts, recordingId);
  if (begun !== undefined) {
    const { prompt, certainty } = begun;
    // Linked to somebody else's records it is linked, but not for this visit.
    return mostAlike([prompt], linkedIds) === undefined
      ? undefined
      : { ...found, promptId: prompt.promptId, certainty };
  }
  const first = firstSignOf(trail, recordingId);
  if (first?.isStart !== true) {
    return undefined;
  }
  const ofRep = prompts.filter(
    (prompt) =>
      isInWindow(prompt, first.atMs) &&
      prompt.action !== "stop" &&
      prompt.recordings.length === 0 &&
      prompt.siroUserId !== undefined &&
      prompt.siroUserId === siroUserId,
  );
  const alike = mostAlike(ofRep, linkedIds);
  return alike === undefined
    ? undefined
    : { ...found, promptId: alike.promptId, certainty: "objects" };
}

function begunBy(prompts: readonly OutstandingPrompt[], recordingId: string) {
  const begun = prompts.flatMap((prompt) =>
    prompt.recordings
      .filter((one) => one.recordingId === recordingId)
      .map(({ certainty }) => ({ prompt, certainty })),
  );
  return begun[0];
}
