import { findLivePrompt, type RepState } from "../books/rep-state.ts";
import type { Appointment } from "../domain/appointment.ts";
import type { LinkOffer, OfferClosedReason } from "../domain/link-offer.ts";
import type { Prompt, PromptRef } from "../domain/prompt.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import { isVisitOver } from "./is-visit-over.ts";
import type { IssuedLink } from "./issue-link.ts";
import { type FoundPrompt, findPrompt } from "./prompt-change.ts";

/** What opening needs from the world. */
export interface OpenPromptDeps {
  readonly findPromptRef: (token: string) => Promise<PromptRef | undefined>;
  readonly readRepState: (ref: PromptRef) => Promise<RepState>;
  readonly issueLink: (
    ref: PromptRef,
    found: { readonly prompt: Prompt; readonly appointment: Appointment },
  ) => IssuedLink;
  readonly recordOpened: (ref: PromptRef) => Promise<unknown>;
  /** Tells the timeline once about a prompt that could not be followed, for each reason. */
  readonly tellOnce: (
    ref: PromptRef,
    why: OfferClosedReason,
    entry: Pick<TimelineEntry, "kind" | "text">,
  ) => Promise<void>;
}

/**
 * Opens what is behind a prompt's token: its link, built now from the newest appointment, or why it is too late.
 *
 * `isSeen` says that a person looks at it; only then the prompt counts as opened, or the timeline tells of it: once
 * for each reason, so that nobody can push a visit's story off its timeline.
 */
export async function openPrompt(
  deps: OpenPromptDeps,
  token: string,
  isSeen: boolean,
): Promise<LinkOffer> {
  const ref = await deps.findPromptRef(token);
  if (ref === undefined) {
    return { kind: "unknown" };
  }
  const state = await deps.readRepState(ref);
  const found = findPrompt(state, ref);
  if (found === undefined) {
    return { kind: "closed", action: "start", why: "visit-over" };
  }
  const offer = offerOf(deps, ref, { state, found });
  if (isSeen && offer.kind === "open") {
    await deps.recordOpened(ref);
  }
  if (isSeen && offer.kind === "closed") {
    const when = offer.why === "not-yet" ? "too early" : `too late: ${offer.why}`;
    const text = `The rep opened the ${offer.action} link's page, ${when}`;
    await deps.tellOnce(ref, offer.why, { kind: "link.opened", text });
  }
  return offer;
}

interface Opening {
  readonly state: RepState;
  readonly found: FoundPrompt;
}

function offerOf(deps: OpenPromptDeps, ref: PromptRef, opening: Opening): LinkOffer {
  const { prompt, visit } = opening.found;
  const { appointment } = visit.stored;
  const { action } = prompt;
  const why = closedReason(opening);
  if (why !== undefined) {
    return { kind: "closed", action, why };
  }
  const link = deps.issueLink(ref, { prompt, appointment });
  return link.kind === "refused"
    ? { kind: "closed", action, why: "no-link" }
    : { kind: "open", action, url: link.url, title: appointment.title };
}

function closedReason({ state, found }: Opening): OfferClosedReason | undefined {
  const { prompt, visit } = found;
  if (isVisitOver(visit.stored.appointment, prompt, state.nowMs)) {
    return "visit-over";
  }
  if (prompt.state === "expired" || state.nowMs >= prompt.expiresAtMs) {
    return "expired";
  }
  if (prompt.state === "waiting") {
    return "not-yet";
  }
  // Only the newest prompt may be followed: an older start would begin a recording that was just ended.
  return findLivePrompt(state)?.prompt.promptId === prompt.promptId ? undefined : "superseded";
}
