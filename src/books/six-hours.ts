/** Visits that begin within the same six hours lie together: few enough to look through at once. */
export const BUCKET_MS = 6 * 3_600_000;
/** As long as the index by start keeps them. */
const KEPT_AFTER_START_MS = 37 * 86_400_000;

/** The number of the six hours in which something begins. */
export function bucketOf({ startAtMs }: { readonly startAtMs: number }): number {
  return Math.floor(startAtMs / BUCKET_MS);
}

/** When nothing of a bucket is kept any more. */
export function bucketEndsAtMs(bucket: number): number {
  return (bucket + 1) * BUCKET_MS + KEPT_AFTER_START_MS;
}
