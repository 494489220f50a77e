import { z } from "zod";
import type { Phone } from "./stub-siro/phone.ts";
import type { StubRecording } from "./stub-siro/siro-world.ts";
import type { StubSiro } from "./stub-siro/start-stub-siro.ts";

const LOOK_EVERY_MS = 250;
/** Siro takes minutes; a page does not make anybody wait for that. */
const PROCESSED_AFTER_MS = 2_500;
const KEPT_NOTIFICATIONS = 4;
const KEPT_RECORDINGS = 3;

/** A prompt as its message brings it, as far as the phone shows it. */
export const notificationSchema = z.object({
  type: z.string(),
  data: z.object({
    promptId: z.string().default("test"),
    action: z.string().optional(),
    dueAt: z.string().optional(),
    link: z.string().optional(),
    appointment: z.object({ recordId: z.string(), title: z.string() }).optional(),
  }),
});

/** What a rep can do on the phone. */
export const phoneDeedSchema = z.discriminatedUnion("deed", [
  z.object({ deed: z.literal("tap"), promptId: z.string() }),
  z.object({
    deed: z.literal("press"),
    button: z.enum(["record", "pause", "resume", "stop", "cancel"]),
  }),
  z.object({ deed: z.literal("network"), isOnline: z.boolean() }),
  z.object({ deed: z.literal("reach"), isReachable: z.boolean() }),
  z.object({ deed: z.literal("consent"), isDeclined: z.boolean() }),
]);
export type PhoneDeed = z.infer<typeof phoneDeedSchema>;

/** A deed, and on whose phone. */
export const phoneCallSchema = z.object({ userId: z.string().max(30), deed: phoneDeedSchema });

/** A notification on the lock screen. */
interface Notification {
  readonly promptId: string;
  readonly action: string;
  readonly text: string;
  readonly link: string | null;
  readonly dueAt: string | null;
  readonly arrivedAtMs: number;
  isTapped: boolean;
}

/** What the phone shows. */
export interface PhoneView {
  /** Siro's app has a network. */
  readonly isOnline: boolean;
  /** The bridge's messages come through. */
  readonly isReachable: boolean;
  readonly isConsentDeclined: boolean;
  readonly screen: Phone["screen"];
  /** The newest first. */
  readonly notifications: readonly Notification[];
  /** What runs now; null when nothing does. */
  readonly recording: RecordingView | null;
  /** What ended, the newest first. */
  readonly earlier: readonly RecordingView[];
}

/** A recording in Siro's app. */
interface RecordingView {
  readonly title: string;
  readonly state: "recording" | "paused" | "thrown away" | "waiting for network" | EndedState;
  readonly sinceMs: number;
  /** The records of the CRM that its link named. */
  readonly about: readonly string[];
}
type EndedState = "processing" | "linked" | "not linked";

/** The phone on the page: Siro's app, the notifications, and what Siro does afterwards by itself. */
export interface DemoPhone {
  view(): PhoneView;
  /** Shows a prompt that reached the phone; the same again is shown once. False while the phone cannot be reached. */
  receive(message: z.infer<typeof notificationSchema>): boolean;
  /** False when there is nothing to tap. */
  act(deed: PhoneDeed): Promise<boolean>;
  close(): void;
}

/** What the phone needs from the world. */
export interface DemoPhoneDeps {
  readonly siro: Pick<StubSiro, "world" | "process">;
  readonly phone: Phone;
  /** Siro's id of the rep. */
  readonly siroUserId: string;
  /** Says what a record of the CRM is called. */
  readonly nameOf: (objectId: string) => string;
}

/** Puts Siro's app on the page; a recording that ended is processed a little later, once the phone is online. */
export function createDemoPhone(deps: DemoPhoneDeps): DemoPhone {
  const { siro, phone } = deps;
  let notifications: readonly Notification[] = [];
  let isReachable = true;
  phone.consent = "granted";
  const looking = setInterval(() => void processEnded(), LOOK_EVERY_MS);

  async function processEnded(): Promise<void> {
    const { nowMs } = siro.world;
    const ended = recordingsOf(deps).filter(
      ({ state, isProcessed, updatedAtMs }) =>
        state === "ended" && !isProcessed && nowMs() - updatedAtMs >= PROCESSED_AFTER_MS,
    );
    if (phone.isOnline) {
      await Promise.all(ended.map(({ id }) => siro.process(id)));
    }
  }

  return {
    view: () => ({ isReachable, ...viewOf(deps, notifications) }),
    receive: (message) => {
      if (!isReachable) {
        return false;
      }
      const arrived = notificationOf(message);
      const others = notifications.filter(({ promptId }) => promptId !== arrived.promptId);
      notifications = [arrived, ...others].slice(0, KEPT_NOTIFICATIONS);
      return true;
    },
    act: async (deed) => {
      if (deed.deed === "reach") {
        isReachable = deed.isReachable;
        return true;
      }
      if (deed.deed !== "tap") {
        turn(phone, deed);
        return true;
      }
      const tapped = notifications.find(({ promptId }) => promptId === deed.promptId);
      if (tapped?.link == null) {
        return false;
      }
      tapped.isTapped = true;
      await phone.tap(tapped.link);
      return true;
    },
    close: () => clearInterval(looking),
  };
}

function recordingsOf({ siro, siroUserId }: DemoPhoneDeps): readonly StubRecording[] {
  return [...siro.world.recordings.values()].filter(({ userId }) => userId === siroUserId);
}

function turn(phone: Phone, deed: Exclude<PhoneDeed, { deed: "tap" | "reach" }>): void {
  switch (deed.deed) {
    case "press":
      phone.press(deed.button);
      return;
    case "network":
      phone.isOnline = deed.isOnline;
      return;
    case "consent":
      phone.consent = deed.isDeclined ? "declined" : "granted";
  }
}

function notificationOf({ type, data }: z.infer<typeof notificationSchema>): Notification {
  const { promptId, action, appointment, link = null, dueAt = null } = data;
  const isTest = type === "prompt.test";
  return {
    promptId,
    action: isTest ? "test" : (action ?? type),
    text: isTest ? "Test prompt" : appointment?.title || (appointment?.recordId ?? ""),
    ...{ link, dueAt },
    arrivedAtMs: Date.now(),
    isTapped: false,
  };
}

function viewOf(
  deps: DemoPhoneDeps,
  notifications: readonly Notification[],
): Omit<PhoneView, "isReachable"> {
  const { phone } = deps;
  const ended = recordingsOf(deps).filter(({ id }) => id !== phone.recording?.id);
  const show = (recording: StubRecording) => recordingView(deps, recording);
  return {
    isOnline: phone.isOnline,
    isConsentDeclined: phone.consent === "declined",
    screen: phone.screen,
    notifications,
    recording: phone.recording === undefined ? null : show(phone.recording),
    earlier: ended.slice(-KEPT_RECORDINGS).reverse().map(show),
  };
}

function recordingView({ phone, nameOf }: DemoPhoneDeps, recording: StubRecording): RecordingView {
  const { title, createdAtMs, wanted, linked } = recording;
  const { objects } = linked ?? wanted ?? { objects: [] };
  return {
    title: title ?? "Untitled recording",
    state: stateOf(recording, phone),
    sinceMs: createdAtMs,
    about: objects.map(({ objectType, objectId }) => `${objectType} ${nameOf(objectId)}`),
  };
}

function stateOf(
  { state, isProcessed, linked }: StubRecording,
  { isOnline }: Phone,
): RecordingView["state"] {
  if (state === "recording" || state === "paused") {
    return state;
  }
  if (state === "cancelled") {
    return "thrown away";
  }
  if (isProcessed) {
    return linked === null ? "not linked" : "linked";
  }
  return isOnline ? "processing" : "waiting for network";
}
