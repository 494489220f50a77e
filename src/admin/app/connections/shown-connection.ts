import type { ConnectionOverview } from "../api-shapes.ts";
import { clock } from "../moments.ts";
import type { Shown } from "../words.ts";
import type { Hold, ListedConnection } from "./connection-shapes.ts";

/** Where a connection comes from. */
export function shownSource({ source }: Pick<ListedConnection, "source">): Shown {
  return source === "file"
    ? { word: "In the file", icon: "queues", tone: "quiet" }
    : { word: "Made here", icon: "edit", tone: "quiet" };
}

/** That a connection sends nothing, and since when. */
export function shownHold({ since }: Hold): Shown {
  return { word: `On hold since ${clock(since)}`, icon: "pause", tone: "warn" };
}

/** How a connection's org answered last. */
export function shownHealth(
  { hasSalesforce, problem }: Pick<ListedConnection, "hasSalesforce" | "problem">,
  now: ConnectionOverview | undefined,
): Shown {
  if (problem !== null) {
    return { word: "Cannot be used", icon: "warn", tone: "bad" };
  }
  if (!hasSalesforce) {
    return { word: "Signed events only", icon: "event", tone: "quiet" };
  }
  const state = now?.salesforce?.state;
  if (state === undefined) {
    return { word: "Not asked yet", icon: "dots", tone: "quiet" };
  }
  return state === "connected"
    ? { word: "Salesforce answers", icon: "done", tone: "good" }
    : { word: "Salesforce does not answer", icon: "offline", tone: "bad" };
}
