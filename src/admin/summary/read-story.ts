import { instantSchema } from "../../domain/instant.ts";
import type { TimelineEntry } from "../../domain/timeline-entry.ts";

/** What an appointment's timeline says about how it changed. */
export interface Story {
  /** The last time its start moved. */
  readonly moved?: { readonly atMs: number; readonly toMs: number };
  /** When it was canceled or completed, and the rule that said so. */
  readonly ended?: { readonly atMs: number; readonly why: string };
  /** Work for it was parked, and nothing came of that since. */
  readonly parked?: { readonly reason: string; readonly detail: string };
}

/** The form in which a change of an appointment is told. */
const CHANGE =
  /^Appointment (?:stored|changed): ([a-z-]+), (\S+) to \S+, \d+ rep\(s\) \(\S+\)(?:\. (.*))?$/s;
const PARKED = /^Parked: (\w+)\. ?(.*)$/s;

/** Reads the story out of a timeline, oldest entry first; what cannot be read is passed over. */
export function readStory(timeline: readonly TimelineEntry[]): Story {
  let story: Story = {};
  let last: Change | undefined;
  for (const entry of timeline) {
    const change = readChange(entry);
    if (change !== undefined) {
      story = { ...withChange(story, { change, last, atMs: entry.atMs }) };
      last = change;
    }
    story = withParked(story, entry);
  }
  return story;
}

interface Change {
  readonly status: string;
  readonly startAtMs: number;
  readonly why: string;
}

function readChange({ kind, text }: TimelineEntry): Change | undefined {
  const [, status, start, why = ""] = (kind === "event.applied" && CHANGE.exec(text)) || [];
  const startAtMs = instantSchema.safeParse(start).data;
  return status === undefined || startAtMs === undefined ? undefined : { status, startAtMs, why };
}

interface Step {
  readonly change: Change;
  readonly last: Change | undefined;
  readonly atMs: number;
}

function withChange(story: Story, { change, last, atMs }: Step): Story {
  const { ended: _, ...rest } = story;
  const isMoved = last !== undefined && last.startAtMs !== change.startAtMs;
  const isOver = change.status === "canceled" || change.status === "completed";
  const endedAtMs = last?.status === change.status ? story.ended?.atMs : undefined;
  return {
    ...rest,
    ...(isMoved ? { moved: { atMs, toMs: change.startAtMs } } : {}),
    ...(isOver ? { ended: { atMs: endedAtMs ?? atMs, why: change.why } } : {}),
  };
}

/** What an event or a prompt came to later says that the parked work was done after all. */
function withParked(story: Story, { kind, text }: TimelineEntry): Story {
  const { parked: _, ...rest } = story;
  switch (kind) {
    case "work.parked": {
      const [, reason = "UNKNOWN", detail = ""] = PARKED.exec(text) ?? [];
      return { ...rest, parked: { reason, detail } };
    }
    case "event.applied":
    case "event.unchanged":
    case "prompt.sent":
      return rest;
    default:
      return story;
  }
}
