import type { Appointment } from "./appointment.ts";
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
  /** Siro's deep link. */
  readonly link: string;
  /** Our page with the same link behind one button. */
  readonly openUrl: string;
}

/** A harmless message that shows whether a device can be reached. */
export interface TestMessage {
  readonly kind: "test";
  readonly connection: string;
  readonly promptId: string;
  readonly rep: Rep;
}
