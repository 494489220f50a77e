import { groupBy } from "./group-by.ts";
import type { MobileEvent } from "./mobile-event.ts";

/** The events that one rep's phone may have reported. */
export interface RepEvents {
  readonly userId: string;
  readonly events: readonly MobileEvent[];
}

/** How events find their reps. */
export interface ShareOutDeps {
  /** By Salesforce user id, the reps as Siro knows them. */
  readonly siroUserIds: Readonly<Record<string, string>>;
  /** Whose prompt a link belongs to, by its token. */
  readonly findRepByLink: (fullUrl: string) => Promise<string | undefined>;
}

/**
 * Gives each event to the rep whose phone reported it.
 *
 * Events of users that are no known rep go, as long as one of their links holds a rep's own token, to that rep.
 */
export async function shareOutEvents(
  { siroUserIds, findRepByLink }: ShareOutDeps,
  events: readonly MobileEvent[],
): Promise<readonly RepEvents[]> {
  const repsOf = groupBy(Object.keys(siroUserIds), (userId) => siroUserIds[userId]);
  const byUser = groupBy(events, ({ siroUserId, eventId }) => siroUserId ?? `? ${eventId}`);
  const shares = new Map<string, readonly MobileEvent[]>();
  for (const [siroUserId, own] of byUser) {
    const known = repsOf.get(siroUserId);
    for (const userId of known ?? (await repsByLinks(findRepByLink, own, siroUserIds))) {
      shares.set(userId, [...(shares.get(userId) ?? []), ...own]);
    }
  }
  return [...shares].map(([userId, own]) => ({ userId, events: own }));
}

/** A rep who is another user of Siro's cannot have been this one. */
async function repsByLinks(
  findRepByLink: ShareOutDeps["findRepByLink"],
  events: readonly MobileEvent[],
  siroUserIds: ShareOutDeps["siroUserIds"],
): Promise<ReadonlySet<string>> {
  const links = new Set(
    events.flatMap((event) =>
      event.kind === "link-received" || event.kind === "link-consumed" ? [event.fullUrl] : [],
    ),
  );
  const isNamed = events.some(({ siroUserId }) => siroUserId !== undefined);
  const found = await Promise.all([...links].map(findRepByLink));
  return new Set(
    found
      .filter((userId) => userId !== undefined)
      .filter((userId) => !isNamed || siroUserIds[userId] === undefined),
  );
}
