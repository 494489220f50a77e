import type { AttemptOutcome } from "../../domain/attempt-outcome.ts";
import type { ChannelKind } from "../../domain/device.ts";
import type { ClearMessage, PromptMessage } from "../../domain/prompt-message.ts";

/** What goes with a message to a provider. */
export interface SendContext {
  /** The same for every attempt of one delivery: the other side can tell a repeat. */
  readonly idempotencyKey: string;
  readonly nowMs: number;
}

/** Why an address cannot be used; `message` reads `address.part: reason; address.other: reason`. */
export type AddressVerdict =
  | { readonly kind: "usable" }
  | { readonly kind: "unusable"; readonly message: string };

/**
 * One road to a device. An address is what the enrolment gave, as JSON; each channel knows its own shape.
 */
export interface Channel {
  readonly kind: ChannelKind;
  /** Checks shape and reachability rules of an address for a connection; sends nothing. */
  checkAddress(address: unknown, connection: string): AddressVerdict;
  /** The host that an attempt to the address is sent to; undefined where there is none (any more). */
  hostOf(address: unknown, connection: string): string | undefined;
  /** Makes one attempt. Never throws for what a provider can answer. */
  send(message: PromptMessage, address: unknown, context: SendContext): Promise<AttemptOutcome>;
  /** Takes back what the device shows; missing where the channel cannot. */
  clear?(message: ClearMessage, address: unknown, context: SendContext): Promise<AttemptOutcome>;
  /** Whether the device at this address can take back anything; missing where each can. */
  canClear?(address: unknown): boolean;
}
