import { randomUUID } from "node:crypto";
import type { SiroWorld, StubEvent, StubRecording } from "./siro-world.ts";
import { readTappedLink, type TappedLink } from "./tapped-link.ts";

/** A question and its answer do not share one moment. */
const ANSWERED_AFTER_MS = 1;
const DEFAULT_CONVERSATION_TYPE = "00000000-0000-4000-8000-000000000000";

/** What came of a tap on a link. */
export interface TapResult {
  /** A link that is none of Siro's opens the browser. */
  readonly opened: "app" | "browser";
  /** What is recording now. */
  readonly recordingId: string | undefined;
  /** Where the app sent the rep in the end. */
  readonly redirectedTo: string | undefined;
}

/** One rep's phone with Siro's app on it. */
export interface Phone {
  /** Off: the app asks to sign in and does nothing with a link. */
  isSignedIn: boolean;
  /** Off: links are acted on, but nothing can be recorded. */
  hasMicrophone: boolean;
  /** Off: events wait on the phone, with the times at which they happened; on again, they are uploaded. */
  isOnline: boolean;
  /** How the customer answers when the app asks; whoever declines is not recorded. */
  consent: "not-asked" | "granted" | "declined";
  readonly screen: "home" | "recorder" | "debrief";
  readonly recording: StubRecording | undefined;
  /** Taps a link; a redirect is really opened when the phone was given a way to. */
  tap(link: string): Promise<TapResult>;
  /** Presses a button of the app. */
  press(button: "record" | "pause" | "resume" | "stop" | "cancel"): void;
}

/** What a phone needs from the world. */
export interface PhoneDeps {
  readonly world: SiroWorld;
  readonly userId: string;
  readonly linkHost: string;
  readonly openUrl: (url: string) => Promise<void>;
}

/**
 * Makes a phone on which nothing records.
 *
 * Documented: `start` continues what records or is paused, `restart` ends it and begins another, `stop` ends it,
 * all without the debrief that a button leads to; `redirectUrl` is opened after the action. Assumed, since it is
 * nowhere written: `stop` with nothing recording does nothing, `restart` then begins, `start` never changes what
 * a running recording hangs on, the order of the events of one tap, and that the customer is asked as soon as a
 * recording begins, and a declined one thrown away.
 *
 * @see https://docs.siro.ai/triggering-recordings/deep-links
 */
export function createPhone(deps: PhoneDeps): Phone {
  return new SiroApp(deps);
}

class SiroApp implements Phone {
  readonly #deps: PhoneDeps;
  #isOnline = true;
  isSignedIn = true;
  hasMicrophone = true;
  consent: Phone["consent"] = "not-asked";
  screen: Phone["screen"] = "home";
  recording: StubRecording | undefined;

  constructor(deps: PhoneDeps) {
    this.#deps = deps;
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  set isOnline(isOnline: boolean) {
    this.#isOnline = isOnline;
    for (const event of this.#deps.world.events) {
      if (isOnline && event.userId === this.#deps.userId) {
        event.isUploaded = true;
      }
    }
  }

  async tap(fullUrl: string): Promise<TapResult> {
    const link = readTappedLink(fullUrl, this.#deps.linkHost);
    if (link === undefined) {
      return { opened: "browser", recordingId: this.recording?.id, redirectedTo: undefined };
    }
    this.#report("deeplinkReceived", { fullUrl });
    let redirectedTo: string | undefined;
    if (this.isSignedIn && ["start", "stop", "restart"].includes(link.action)) {
      this.#act(link);
      this.#report("deeplinkConsumed", { fullUrl });
      redirectedTo = link.redirectUrl ?? undefined;
    }
    if (redirectedTo !== undefined) {
      await this.#deps.openUrl(redirectedTo);
    }
    return { opened: "app", recordingId: this.recording?.id, redirectedTo };
  }

  press(button: Parameters<Phone["press"]>[0]): void {
    switch (button) {
      case "record":
        this.#begin("buttonPress", undefined);
        break;
      case "pause":
        this.#turn("pause", "paused", "buttonPress");
        break;
      case "resume":
        this.#turn("resume", "recording", "buttonPress");
        break;
      case "stop":
        this.screen = this.recording === undefined ? this.screen : "debrief";
        this.#end("stop", "buttonPress");
        break;
      case "cancel":
        this.#end("cancelled", "buttonPress");
        break;
    }
  }

  #act(link: TappedLink): void {
    if (link.action === "start" && this.recording !== undefined) {
      if (this.recording.state === "paused") {
        this.#turn("resume", "recording", "deeplink");
      }
      this.screen = "recorder";
      return;
    }
    if (link.action !== "start") {
      this.#end("stop", "deeplink");
      this.screen = "home";
    }
    if (link.action !== "stop") {
      this.#begin("deeplink", link);
    }
  }

  #begin(trigger: string, link: TappedLink | undefined): void {
    if (this.recording !== undefined || !this.hasMicrophone) {
      return;
    }
    const { world, userId } = this.#deps;
    const isStart = link?.action === "start";
    this.recording = {
      id: `${randomUUID()}-${userId}`,
      userId,
      title: isStart ? link.title : null,
      conversationType: (isStart ? link.conversationType : null) ?? DEFAULT_CONVERSATION_TYPE,
      trigger: link?.trigger ?? "button-press",
      createdAtMs: world.nowMs(),
      updatedAtMs: world.nowMs(),
      state: "recording",
      isProcessed: false,
      wanted: link?.link ?? null,
      linked: null,
    };
    world.recordings.set(this.recording.id, this.recording);
    this.screen = "recorder";
    this.#report("recorderStateChange", { value: "start", trigger });
    this.#askForConsent();
  }

  #askForConsent(): void {
    if (this.consent === "not-asked") {
      return;
    }
    this.#report("consentStatusChanged", { status: "requested" });
    this.#report("consentStatusChanged", { status: this.consent }, ANSWERED_AFTER_MS);
    if (this.consent === "declined") {
      this.press("cancel");
      this.screen = "home";
    }
  }

  #turn(value: string, state: StubRecording["state"], trigger: string): void {
    if (this.recording !== undefined) {
      this.recording.state = state;
      this.recording.updatedAtMs = this.#deps.world.nowMs();
      this.#report("recorderStateChange", { value, trigger });
    }
  }

  #end(value: "stop" | "cancelled", trigger: string): void {
    this.#turn(value, value === "stop" ? "ended" : "cancelled", trigger);
    this.recording = undefined;
  }

  #report(eventCode: string, event: StubEvent["event"], afterMs = 0): void {
    const { world, userId } = this.#deps;
    world.events.push({
      id: `${randomUUID()}-${userId}`,
      userId,
      recordingId: this.recording?.id ?? null,
      eventCode,
      event,
      createdAtMs: world.nowMs() + afterMs,
      isUploaded: this.#isOnline,
    });
  }
}
