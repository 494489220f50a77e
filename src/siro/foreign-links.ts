import type { PromptRef } from "../domain/prompt.ts";
import type { LinkEvent, MobileEvent } from "./mobile-event.ts";

/** How a link finds the rep it was made for. */
export interface ForeignLinksDeps {
  /** By Salesforce user id, the reps as Siro knows them. */
  readonly siroUserIds: Readonly<Record<string, string>>;
  /** The prompt whose own token stands in a link. */
  readonly findPromptByLink: (fullUrl: string) => Promise<PromptRef | undefined>;
}

/**
 * Finds the prompts whose links the app of somebody else got, each once.
 *
 * Where either side is not known to Siro nothing is foreign: a rep may be known there by another address.
 */
export async function findForeignLinks(
  { siroUserIds, findPromptByLink }: ForeignLinksDeps,
  events: readonly MobileEvent[],
): Promise<readonly PromptRef[]> {
  const named = events.filter(isLink).filter(({ siroUserId }) => siroUserId !== undefined);
  const found = await Promise.all(
    named.map(async ({ fullUrl, siroUserId }) => {
      const ref = await findPromptByLink(fullUrl);
      const ownId = ref === undefined ? undefined : siroUserIds[ref.userId];
      return ownId === undefined || ownId === siroUserId ? undefined : ref;
    }),
  );
  const refs = found.filter((ref) => ref !== undefined);
  return [...new Map(refs.map((ref) => [ref.promptId, ref])).values()];
}

/** Says whether an event tells of a link. */
export function isLink(event: MobileEvent): event is LinkEvent {
  return event.kind === "link-received" || event.kind === "link-consumed";
}
