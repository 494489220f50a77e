/** How a call of the Pub/Sub API ended. */
export interface CallEnd {
  /** The status code of gRPC. */
  readonly code: number;
  readonly details?: string;
  /** Salesforce's own code, such as `sfdc.platform.eventbus.grpc.service.unavailable`. */
  readonly reason?: string | undefined;
}

/** Only the form of a code is repeated: the text beside it could say anything. */
const REASON = /^[\w.]{1,120}$/;

/** A call of the Pub/Sub API ended, or was ended; `code` is a status code of gRPC. */
export class PubSubCallError extends Error {
  override readonly name = "PubSubCallError";
  readonly status: number;
  readonly reason: string | undefined;
  /** Whether the org does not know the position it was to begin behind. */
  readonly isReplayRefused: boolean;

  constructor({ code, details = "", reason }: CallEnd) {
    const known = reason !== undefined && REASON.test(reason) ? reason : undefined;
    super(`The Pub/Sub API ended a call with status ${code}${known ? ` (${known})` : ""}`);
    this.status = code;
    this.reason = known;
    this.isReplayRefused = /replay.?id/i.test(known ?? details);
  }
}
