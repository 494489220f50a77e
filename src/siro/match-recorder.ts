import type { PromptAction } from "../domain/prompt.ts";
import type { ReceiptCertainty } from "../domain/receipt.ts";
import type { MatchedLink } from "./match-link.ts";
import type { RecorderEvent } from "./mobile-event.ts";
import {
  isInWindow,
  isOfUser,
  type OutstandingPrompt,
  type PromptEvidence,
} from "./outstanding-prompt.ts";

/** How far from its link a recorder may report; which of the two comes first is nowhere written. */
const LINK_BEFORE_MS = 120_000;
const LINK_AFTER_MS = 10_000;

const BEGINNING: readonly string[] = ["start", "restart"] satisfies PromptAction[];
/** A restart ends, too, but what it ends is not what it asks for. */
const ENDING: readonly string[] = ["stop", "restart"] satisfies PromptAction[];

/** The prompt that a recorder's report answers. */
interface RecorderMatch {
  readonly prompt: OutstandingPrompt;
  readonly certainty: ReceiptCertainty;
}

/**
 * Says which prompts the reports of recorders answer.
 *
 * `recording`: the recorder began, or went on, by a link. `stopped`: it ended by a stop link, or the recording
 * that a prompt began ended, by whatever. A recording that the rep threw away proves nothing, nor does one that
 * goes on by a link although another visit's prompt began it.
 */
export function matchRecorder(
  events: readonly RecorderEvent[],
  links: readonly MatchedLink[],
  prompts: readonly OutstandingPrompt[],
): readonly PromptEvidence[] {
  const begunBy = (change: RecorderEvent["change"]) =>
    events
      .filter((event) => event.change === change)
      .map((event) => ({
        siroUserId: event.siroUserId,
        found: evidenceOf("recording", event, byLink(event, BEGINNING, { links, prompts })),
      }));
  const started: readonly BegunRecording[] = begunBy("start");
  const earlier = [...known(prompts), ...started];
  const wentOn = begunBy("resume").map(({ siroUserId, found }) => ({
    siroUserId,
    found: found.filter((one) => !isOfOtherVisit(one, begunOnPhone(earlier, siroUserId), prompts)),
  }));
  const began = [...started, ...wentOn];
  const recordings = [...known(prompts), ...began];
  const ended = events
    .filter(({ change }) => change === "stop")
    .flatMap((event) => {
      const match = byLink(event, ENDING, { links, prompts });
      return [
        ...evidenceOf("stopped", event, match?.prompt.action === "stop" ? match : undefined),
        ...endOf(event, recordings),
      ];
    });
  return [...began.flatMap(({ found }) => found), ...ended];
}

/** A recording that prompts began, and on whose phone. */
interface BegunRecording {
  readonly siroUserId: string | undefined;
  readonly found: readonly PromptEvidence[];
}

/** What began on this rep's phone, or where it is not known on whose. */
function begunOnPhone(
  recordings: readonly BegunRecording[],
  siroUserId: string | undefined,
): readonly PromptEvidence[] {
  return recordings
    .filter((begun) => [undefined, siroUserId].includes(begun.siroUserId))
    .flatMap(({ found }) => found);
}

/** The recording that goes on was begun by another visit's prompt; a visit may have several prompts. */
function isOfOtherVisit(
  { promptId, recordingId }: PromptEvidence,
  earlier: readonly PromptEvidence[],
  prompts: readonly OutstandingPrompt[],
): boolean {
  const visitOf = (id: string) => prompts.find((prompt) => prompt.promptId === id)?.recordId ?? id;
  return earlier.some(
    (one) =>
      recordingId !== undefined &&
      one.recordingId === recordingId &&
      visitOf(one.promptId) !== visitOf(promptId),
  );
}

function evidenceOf(
  kind: "recording" | "stopped",
  { atMs, recordingId }: RecorderEvent,
  match: RecorderMatch | undefined,
): readonly PromptEvidence[] {
  return match === undefined
    ? []
    : [
        {
          promptId: match.prompt.promptId,
          kind,
          certainty: match.certainty,
          atMs,
          ...(recordingId === undefined ? {} : { recordingId }),
        },
      ];
}

/** The prompts whose recording ended, by whatever. */
function endOf(
  { atMs, recordingId, siroUserId }: RecorderEvent,
  recordings: readonly BegunRecording[],
): readonly PromptEvidence[] {
  return begunOnPhone(recordings, siroUserId)
    .filter((recording) => recordingId !== undefined && recording.recordingId === recordingId)
    .map((recording) => ({ ...recording, kind: "stopped", atMs }));
}

/** What earlier looks found out. */
function known(prompts: readonly OutstandingPrompt[]): readonly BegunRecording[] {
  return prompts.map(({ promptId, recordings, fromMs, siroUserId }) => ({
    siroUserId,
    found: recordings.map((one) => ({ promptId, kind: "recording", atMs: fromMs, ...one })),
  }));
}

/** What a report is held against. */
interface Ground {
  readonly links: readonly MatchedLink[];
  readonly prompts: readonly OutstandingPrompt[];
}

/**
 * The link beside the report decides, even when it belongs to none of these prompts. Without any, the one
 * prompt of this rep that asks for it at this time does.
 */
function byLink(
  event: RecorderEvent,
  actions: readonly string[],
  { links, prompts }: Ground,
): RecorderMatch | undefined {
  if (event.trigger !== "deeplink" || event.siroUserId === undefined) {
    return undefined;
  }
  const beside = nearest(event, actions, links);
  return beside === undefined ? byTime(event, actions, prompts) : besideLink(event, beside);
}

function besideLink(event: RecorderEvent, link: MatchedLink): RecorderMatch | undefined {
  if (link.match === undefined) {
    return undefined;
  }
  return isSameRecording(event, link) ? link.match : { ...link.match, certainty: "time" };
}

function byTime(
  event: RecorderEvent,
  actions: readonly string[],
  prompts: readonly OutstandingPrompt[],
): RecorderMatch | undefined {
  const [only, ...others] = prompts.filter(
    (prompt) =>
      actions.includes(prompt.action) && isOfUser(prompt, event) && isInWindow(prompt, event.atMs),
  );
  return only !== undefined && others.length === 0
    ? { prompt: only, certainty: "time" }
    : undefined;
}

function isSameRecording(event: RecorderEvent, link: MatchedLink): boolean {
  return event.recordingId !== undefined && event.recordingId === link.event.recordingId;
}

/** The nearest link of this rep that asks for it; one that names the same recording goes before any other. */
function nearest(
  event: RecorderEvent,
  actions: readonly string[],
  links: readonly MatchedLink[],
): MatchedLink | undefined {
  const isSame = (link: MatchedLink) => isSameRecording(event, link);
  const distance = (link: MatchedLink) => Math.abs(event.atMs - link.event.atMs);
  return links
    .filter(
      ({ event: link, action, match }) =>
        link.siroUserId === event.siroUserId &&
        actions.includes(match?.prompt.action ?? action ?? "") &&
        event.atMs - link.atMs <= LINK_BEFORE_MS &&
        link.atMs - event.atMs <= LINK_AFTER_MS,
    )
    .sort(
      (left, right) =>
        Number(isSame(right)) - Number(isSame(left)) || distance(left) - distance(right),
    )[0];
}
