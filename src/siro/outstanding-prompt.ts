import type { PromptAction } from "../domain/prompt.ts";
import type { ReceiptCertainty, ReceiptKind } from "../domain/receipt.ts";

/** A prompt for which Siro may still have evidence. */
export interface OutstandingPrompt {
  readonly promptId: string;
  readonly action: PromptAction;
  /** The visit that it is for. */
  readonly recordId?: string;
  /** The token in the link's `redirectUrl`; a link without one is known by other marks. */
  readonly token: string;
  /** The link as it was sent; absent when it is not kept. */
  readonly link?: string;
  /** The CRM's ids in the link, in their canonical form. */
  readonly objectIds: readonly string[];
  /** The rep as Siro knows them; absent until they are matched. */
  readonly siroUserId?: string;
  /** When the rep could have followed it: sent, and as long as it counts. Both ends belong to it. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** The recordings that it is known to have begun. */
  readonly recordings: readonly KnownRecording[];
}

/** A recording that a prompt is known to have begun. */
export interface KnownRecording {
  readonly recordingId: string;
  readonly certainty: ReceiptCertainty;
}

/** What Siro's evidence says about one prompt. */
export interface PromptEvidence {
  readonly promptId: string;
  readonly kind: Extract<ReceiptKind, "received" | "consumed" | "recording" | "stopped" | "linked">;
  readonly certainty: ReceiptCertainty;
  readonly atMs: number;
  readonly recordingId?: string;
}

/** Says whether the prompt is this very user's; an unknown on either side is nobody. */
export function isOfUser(
  { siroUserId }: OutstandingPrompt,
  other: { readonly siroUserId?: string },
): boolean {
  return siroUserId !== undefined && siroUserId === other.siroUserId;
}

/** Says whether a moment is one at which the rep could have followed the prompt. */
export function isInWindow({ fromMs, untilMs }: OutstandingPrompt, atMs: number): boolean {
  return fromMs <= atMs && atMs <= untilMs;
}

/** The one with most of these CRM ids; undefined when none has any, or when two have as many. */
export function mostAlike(
  prompts: readonly OutstandingPrompt[],
  objectIds: readonly string[],
): OutstandingPrompt | undefined {
  const wanted = new Set(objectIds);
  const counted = prompts
    .map((prompt) => ({
      prompt,
      shared: new Set(prompt.objectIds.filter((id) => wanted.has(id))).size,
    }))
    .filter(({ shared }) => shared > 0)
    .sort((left, right) => right.shared - left.shared);
  const [best, second] = counted;
  return best !== undefined && best.shared !== second?.shared ? best.prompt : undefined;
}
