/** Whether the same work can succeed if it is tried again. */
export type Retry = "later" | "never";

/**
 * The base of every deliberate error of the bridge.
 *
 * `code` is stable and an anchor in `docs/failures.md`; `retry` says whether trying again can help.
 * Messages name ids, never links, secrets, tokens or people.
 */
export abstract class BridgeError extends Error {
  abstract readonly code: string;
  abstract readonly retry: Retry;
}

/** The store (Redis) did not confirm a write or a read in time. */
export class StoreUnavailableError extends BridgeError {
  override readonly name = "StoreUnavailableError";
  override readonly code = "STORE_UNAVAILABLE";
  override readonly retry = "later";

  constructor(message: string, options?: ErrorOptions) {
    super(`The store is not available: ${message}`, options);
  }
}

/** Two writers kept changing the same state; the work must be tried again. */
export class StateContendedError extends BridgeError {
  override readonly name = "StateContendedError";
  override readonly code = "STATE_CONTENDED";
  override readonly retry = "later";
}
