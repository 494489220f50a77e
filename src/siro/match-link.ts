import type { ReceiptCertainty } from "../domain/receipt.ts";
import type { LinkEvent } from "./mobile-event.ts";
import { isInWindow, isOfUser, mostAlike, type OutstandingPrompt } from "./outstanding-prompt.ts";
import type { ReadSeenLink, SeenLink } from "./seen-link.ts";

/** Anything shorter could stand in a link by chance. */
const SHORTEST_TOKEN = 16;

/** A reported link and the prompt it belongs to, if it belongs to any. */
export interface MatchedLink {
  readonly event: LinkEvent;
  /** What the link asks for, where it can be read. */
  readonly action: string | undefined;
  readonly match?: { readonly prompt: OutstandingPrompt; readonly certainty: ReceiptCertainty };
}

/**
 * Finds the prompt a reported link belongs to: by its token, else the very link, else its CRM records, else by
 * rep, action and time.
 *
 * Only a token needs no rep. A token of one rep's prompt that another rep's app reports is nobody's evidence,
 * and where two prompts would do equally well none is taken.
 */
export function matchLink(
  event: LinkEvent,
  prompts: readonly OutstandingPrompt[],
  readLink: ReadSeenLink,
): MatchedLink {
  const seen = readLink(event.fullUrl);
  const found = { event, action: seen?.action };
  const named = prompts.find(
    ({ token }) => token.length >= SHORTEST_TOKEN && event.fullUrl.includes(token),
  );
  if (named !== undefined) {
    return isForeign(named, event)
      ? found
      : { ...found, match: { prompt: named, certainty: "token" } };
  }
  const match = matchWithoutToken(event, prompts, seen);
  return match === undefined ? found : { ...found, match };
}

function isForeign({ siroUserId }: OutstandingPrompt, event: LinkEvent): boolean {
  return (
    siroUserId !== undefined && event.siroUserId !== undefined && siroUserId !== event.siroUserId
  );
}

function matchWithoutToken(
  event: LinkEvent,
  prompts: readonly OutstandingPrompt[],
  seen: SeenLink | undefined,
): MatchedLink["match"] {
  const possible = prompts.filter(
    (prompt) => isOfUser(prompt, event) && isInWindow(prompt, event.atMs),
  );
  const same = possible.filter(({ link }) => link === event.fullUrl);
  const exact = newestBegun(same);
  if (exact !== undefined) {
    return { prompt: exact, certainty: "url" };
  }
  if (seen?.action === undefined) {
    return undefined;
  }
  const { action, objectIds } = seen;
  const alike = possible.filter((prompt) => prompt.action === action);
  const byObjects = mostAlike(alike, objectIds);
  if (byObjects !== undefined) {
    return { prompt: byObjects, certainty: "objects" };
  }
  const undecided = alike.filter(
    (prompt) => objectIds.length === 0 || prompt.objectIds.length === 0,
  );
  const [only, ...others] = undecided;
  return only !== undefined && others.length === 0
    ? { prompt: only, certainty: "time" }
    : undefined;
}

/** The same link again is the same request again: the newest one is what the rep followed. */
function newestBegun(prompts: readonly OutstandingPrompt[]): OutstandingPrompt | undefined {
  return [...prompts].sort(
    (left, right) => right.fromMs - left.fromMs || (left.promptId < right.promptId ? 1 : -1),
  )[0];
}
