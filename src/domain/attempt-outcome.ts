/** How one attempt to reach a device ended. Expected endings are values; only surprises are thrown. */
export type AttemptOutcome =
  | { readonly kind: "accepted"; readonly tookMs: number; readonly answer: string }
  /** The device says it is gone; it is revoked. */
  | { readonly kind: "device-gone"; readonly answer: string }
  /** Worth another try; `retryAfterMs` when the provider named a time. */
  | { readonly kind: "try-later"; readonly answer: string; readonly retryAfterMs?: number }
  /** Trying again cannot help; an operator must look. */
  | { readonly kind: "refused"; readonly reason: string; readonly answer: string };
