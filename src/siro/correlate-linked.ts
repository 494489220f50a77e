import type { SiroEvent } from "../domain/siro-event.ts";
import { mostAlike, type OutstandingPrompt, type PromptEvidence } from "./outstanding-prompt.ts";

/**
 * Says which prompt's recording a webhook tells to be linked; undefined when that cannot be told. Pure.
 *
 * Both flags have to be true, whichever of the two webhooks brings them. The recording a prompt is known to
 * have begun decides; else the CRM's records do, among the prompts of just this rep.
 *
 * @see https://docs.siro.ai/webhooks.json
 */
export function correlateLinked(
  event: SiroEvent,
  prompts: readonly OutstandingPrompt[],
): PromptEvidence | undefined {
  const { isLinked, isProcessed, recordingId, siroUserId, crm, receivedAtMs } = event;
  if (!isLinked || !isProcessed) {
    return undefined;
  }
  const linkedIds = crm?.recordIds ?? [];
  const found = { kind: "linked", atMs: receivedAtMs, recordingId } as const;
  const begun = prompts.find(({ recording }) => recording?.recordingId === recordingId);
  if (begun?.recording !== undefined) {
    // Linked to somebody else's records it is linked, but not for this visit.
    return mostAlike([begun], linkedIds) === undefined
      ? undefined
      : { ...found, promptId: begun.promptId, certainty: begun.recording.certainty };
  }
  const ofRep = prompts.filter(
    (prompt) =>
      prompt.action !== "stop" &&
      prompt.recording === undefined &&
      prompt.siroUserId !== undefined &&
      prompt.siroUserId === siroUserId,
  );
  const alike = mostAlike(ofRep, linkedIds);
  return alike === undefined
    ? undefined
    : { ...found, promptId: alike.promptId, certainty: "objects" };
}
