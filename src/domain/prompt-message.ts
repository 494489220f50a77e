import type { Appointment } from "./appointment.ts";
import type { Privacy } from "./channel-settings.ts";
import type { Prompt } from "./prompt.ts";
import type { Rep } from "./rep.ts";

/** What a channel brings to a device: one prompt that is due, or a test without any Siro action. */
export type PromptMessage = DueMessage | TestMessage;

/** A prompt whose moment has come. */
export interface DueMessage {
  readonly kind: "due";
  readonly connection: string;
  readonly prompt: Prompt;
  readonly appointment: Appointment;
  readonly rep: Rep;
  /** How much of the appointment may stand on a lock screen. */
  readonly privacy: Privacy;
  /** Siro's deep link. */
  readonly link: string;
  /** Our page with the same link behind one button. */
  readonly openUrl: string;
  /** Where the device says that it showed the prompt: a POST without a body. */
  readonly ackUrl: string;
}

/** A harmless message that shows whether a device can be reached. */
export interface TestMessage {
  readonly kind: "test";
  readonly connection: string;
  readonly promptId: string;
  readonly rep: Rep;
  /** The rep's page. */
  readonly openUrl: string;
}

/** Takes back what a device shows about one appointment: the rep followed it elsewhere, or it is over. */
export interface ClearMessage {
  readonly kind: "clear";
  readonly connection: string;
  readonly recordId: string;
  readonly userId: string;
}
