import type { Org } from "./org.ts";

/** The rest is left to the org's other integrations. */
const USED_UP_SHARE = 0.95;
/** From here on calls are kept for what was told: nothing is asked that can also go by what is known. */
const SCARCE_SHARE = 0.8;

/** Says whether so much of the day's API calls is used that nothing is read any more. */
export function isUsedUp({ usage }: Pick<Org, "usage">): boolean {
  return (usage()?.share ?? 0) >= USED_UP_SHARE;
}

/** Says whether so much of the day's API calls is used that polls and confirmations rest. */
export function isScarce({ usage }: Pick<Org, "usage">): boolean {
  return isScarceShare(usage()?.share ?? 0);
}

/** The same for a share that is known otherwise. */
export function isScarceShare(share: number): boolean {
  return share >= SCARCE_SHARE;
}
