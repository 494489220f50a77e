import type { RepState, RepVisit } from "./books/rep-state.ts";
import { issueLink } from "./deliveries/issue-link.ts";
import type { Connection } from "./domain/connection.ts";
import { canonicalRecordId } from "./domain/crm-record-id.ts";
import type { Prompt } from "./domain/prompt.ts";
import { recordingsOf } from "./domain/recordings-of.ts";
import { buildLink } from "./recording-link.ts";
import type { OutstandingPrompt } from "./siro/outstanding-prompt.ts";

/** A phone's clock may be behind. */
const CLOCK_MS = 10_000;

/** Who the rep is to Siro, and how the links were built. */
export interface LinkGround {
  readonly connection: Connection;
  readonly publicUrl: URL;
  readonly siroUserId: string | undefined;
}

/** Joins the deliveries to Siro's evidence: the prompts of a rep that somebody may have followed. */
export function outstandingPrompts(
  { visits }: RepState,
  ground: LinkGround,
): readonly OutstandingPrompt[] {
  return visits.flatMap((visit) =>
    visit.prompts.filter(isAsked).map((prompt) => outstanding(prompt, visit, ground)),
  );
}

/** A start that was found to be done counts, too: its recording is of interest. */
function isAsked({ firedAtMs, recording, action, state }: Prompt): boolean {
  const isUnsent = state === "skipped" && action === "stop";
  return !isUnsent && (firedAtMs !== undefined || recording !== undefined);
}

function outstanding(
  prompt: Prompt,
  { stored: { appointment } }: RepVisit,
  { connection, publicUrl, siroUserId }: LinkGround,
): OutstandingPrompt {
  const { recording: _, furtherRecordings: __, ...asSent } = prompt;
  const { promptId, action, token, firedAtMs, dueAtMs, expiresAtMs } = prompt;
  const link = issueLink({ buildLink, publicUrl }, connection, { prompt: asSent, appointment });
  const recordings = recordingsOf(prompt).flatMap(({ recordingId, certainty }) =>
    recordingId === undefined ? [] : [{ recordingId, certainty }],
  );
  const ids = [appointment.recordId, ...appointment.crmObjects.map(({ objectId }) => objectId)];
  return {
    promptId,
    action,
    recordId: appointment.recordId,
    token,
    ...(link.kind === "issued" ? { link: link.url } : {}),
    objectIds: [...new Set(ids.map(canonicalRecordId))],
    ...(siroUserId === undefined ? {} : { siroUserId }),
    fromMs: (firedAtMs ?? dueAtMs) - CLOCK_MS,
    untilMs: expiresAtMs,
    recordings,
  };
}
