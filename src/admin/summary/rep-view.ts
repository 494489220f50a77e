import type { Appointment } from "../../domain/appointment.ts";
import type { Delivery } from "../../domain/delivery.ts";
import type { Hold } from "../../domain/hold.ts";
import type { Prompt } from "../../domain/prompt.ts";
import type { Receipt } from "../../domain/receipt.ts";
import type { LocalClock } from "./local-clock.ts";
import type { SummaryRep } from "./name-device.ts";
import type { Story } from "./read-story.ts";

/** How an appointment's link fares, in one word. */
export type Outlook =
  | "planned"
  | "due"
  | "sent"
  | "opened"
  | "done"
  | "not-sent"
  | "parked"
  | "canceled";

/** What is known of one rep and one appointment. */
export interface RepView {
  readonly rep: SummaryRep;
  /** The appointment still names this rep. */
  readonly isOn: boolean;
  readonly appointment: Appointment;
  readonly prompts: readonly Prompt[];
  readonly deliveries: readonly Delivery[];
  readonly receipts: readonly Receipt[];
  readonly story: Story;
  readonly clock: LocalClock;
  /** The connection is on hold. */
  readonly hold?: Hold | undefined;
  readonly nowMs: number;
}

/** One rep's part of a summary. */
export interface Told {
  readonly outlook: Outlook;
  readonly text: string;
}
