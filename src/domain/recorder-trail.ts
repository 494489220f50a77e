import { z } from "zod";

/** Recordings were seen to stay "in progress" for half a day; nobody's visit takes this long. */
const OPEN_AT_MOST_MS = 3 * 3_600_000;

const signSchema = z.object({
  eventId: z.string(),
  atMs: z.int(),
  sign: z.enum(["start", "resume", "pause", "stop", "cancelled", "begin-link", "stop-link"]),
  recordingId: z.string().optional(),
  /** Whatever link it was that the recorder followed. */
  isByLink: z.boolean().optional(),
});

/** The newest signs of one rep's recorder, oldest first: what is kept between two looks. */
export const recorderTrailSchema = z.array(signSchema);

/** What `recorderTrailSchema` holds. */
export type RecorderTrail = readonly RecorderSign[];

/** One sign: what the recorder did, or what a link asked of it, and when. */
export type RecorderSign = Readonly<z.infer<typeof signSchema>>;

/** Whether a rep's recorder runs; a paused recording is open and counts as one. */
export interface RecorderState {
  readonly state: "recording" | "idle" | "unknown";
  readonly recordingId?: string;
  /** Since when; absent where nothing is known. */
  readonly sinceMs?: number;
  /** For a recording: a link began it, ours or another's. */
  readonly isByLink?: boolean;
}

/**
 * Says what the signs of one rep's recorder come to. Pure.
 *
 * Absence is no sign: without any the state is unknown, and an open recording that was not heard of for three
 * hours is unknown, too. A link that asks to begin is a hint only: what was idle becomes unknown by it.
 */
export function recorderStateOf(trail: RecorderTrail, nowMs: number): RecorderState {
  const state = trail.reduce(after, { state: "unknown" });
  const lastMs = trail.at(-1)?.atMs ?? 0;
  return state.state === "recording" && nowMs - lastMs > OPEN_AT_MOST_MS
    ? { state: "unknown", sinceMs: lastMs + OPEN_AT_MOST_MS }
    : state;
}

/** What a rep's signs say about when one recording began. */
export interface FirstSign {
  readonly atMs: number;
  /** It is the beginning itself; else the recording began earlier, nobody knows when. */
  readonly isStart: boolean;
}

/** Finds the earliest that is known of a recording; undefined when nothing is. Pure. */
export function firstSignOf(trail: RecorderTrail, recordingId: string): FirstSign | undefined {
  const first = trail.find((one) => one.recordingId === recordingId && !LINKS.has(one.sign));
  return first === undefined ? undefined : { atMs: first.atMs, isStart: first.sign === "start" };
}

/** Links say what is asked for, of a recording that may be another one. */
const LINKS: ReadonlySet<RecorderSign["sign"]> = new Set(["begin-link", "stop-link"]);

function after(state: RecorderState, one: RecorderSign): RecorderState {
  const isOther = isOtherOpen(state, one.recordingId);
  switch (one.sign) {
    case "start":
    case "resume":
    case "pause":
      return openBy(one, state.state === "recording" && !isOther ? state : undefined);
    case "stop":
    case "cancelled":
      // A restart's two reports may change places: the end of another recording does not end this one.
      return isOther ? state : idleSince(state, one.atMs);
    case "stop-link":
      return idleSince(state, one.atMs);
    case "begin-link":
      return state.state === "idle" ? { state: "unknown", sinceMs: one.atMs } : state;
  }
}

function openBy(
  { atMs, recordingId, isByLink }: RecorderSign,
  open: RecorderState | undefined,
): RecorderState {
  const begun = { state: "recording", sinceMs: atMs } as const;
  return {
    ...(open ?? (isByLink === undefined ? begun : { ...begun, isByLink })),
    ...(recordingId === undefined ? {} : { recordingId }),
  };
}

function idleSince(state: RecorderState, atMs: number): RecorderState {
  return state.state === "idle" ? state : { state: "idle", sinceMs: atMs };
}

function isOtherOpen(state: RecorderState, recordingId: string | undefined): boolean {
  return (
    state.state === "recording" &&
    state.recordingId !== undefined &&
    recordingId !== undefined &&
    state.recordingId !== recordingId
  );
}
