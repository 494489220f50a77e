import type { AttemptOutcome } from "./attempt-outcome.ts";
import type { ChannelKind } from "./device.ts";

/** How a test prompt fared on one device. */
export interface TestedDevice {
  readonly deviceId: string;
  readonly channel: ChannelKind;
  readonly outcome: AttemptOutcome["kind"];
  /** The answer of the other side, without anything personal. */
  readonly answer: string;
}
