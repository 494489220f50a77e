import type { IconName } from "../parts/icon-paths.ts";
import type { Tone } from "../words.ts";

/** Kinds of entries that are looked at together. */
export interface KindGroup {
  readonly name: string;
  readonly kinds: RegExp;
}

/** How the timeline can be narrowed. */
export const KIND_GROUPS: readonly KindGroup[] = [
  { name: "Events", kinds: /^event\./ },
  { name: "Plans", kinds: /^plan\./ },
  { name: "Prompts", kinds: /^prompt\./ },
  { name: "Deliveries", kinds: /^(delivery|link\.served)/ },
  { name: "Rep and Siro", kinds: /^(link\.opened|rep\.|siro\.)/ },
  { name: "Parked", kinds: /^work\./ },
];

/** How an entry is marked. */
export interface EntryMark {
  readonly icon: IconName;
  readonly tone: Tone;
  /** Said beside the text where the kind alone tells something. */
  readonly word?: string;
}

const MARKS: Readonly<Record<string, EntryMark>> = {
  "event.applied": { icon: "event", tone: "accent" },
  "event.unchanged": { icon: "event", tone: "quiet", word: "no change" },
  "event.duplicate": { icon: "event", tone: "quiet", word: "duplicate" },
  "event.stale": { icon: "event", tone: "quiet", word: "stale" },
  "work.parked": { icon: "parked", tone: "bad", word: "parked" },
  "plan.changed": { icon: "plan", tone: "accent" },
  "prompt.due": { icon: "bell", tone: "accent" },
  "prompt.held": { icon: "pause", tone: "warn", word: "on hold" },
  "prompt.skipped": { icon: "canceled", tone: "quiet", word: "skipped" },
  "prompt.expired": { icon: "warn", tone: "warn", word: "expired" },
  "prompt.sent": { icon: "sent", tone: "good" },
  "delivery.put-off": { icon: "pause", tone: "quiet", word: "waits" },
  "delivery.attempted": { icon: "phone", tone: "quiet" },
  "delivery.spared": { icon: "phone", tone: "quiet", word: "not needed" },
  "delivery.shown": { icon: "phone", tone: "good" },
  "delivery.cleared": { icon: "phone", tone: "quiet" },
  "link.served": { icon: "link", tone: "good" },
  "link.opened": { icon: "opened", tone: "good" },
  "rep.returned": { icon: "back", tone: "good" },
  "siro.reported": { icon: "record", tone: "good" },
};

/** The mark of a kind of entry; a kind this page does not know has a plain one. */
export function markOf(kind: string): EntryMark {
  return MARKS[kind] ?? { icon: "dots", tone: "quiet" };
}
