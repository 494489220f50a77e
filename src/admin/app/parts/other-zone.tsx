import { clock, isSameClock, viewerZone, zoneName } from "../moments.ts";

/** The time where the rep is, when it differs from the viewer's. */
export function OtherZone({
  at,
  timeZone,
}: {
  readonly at: string;
  readonly timeZone: string | undefined;
}) {
  return timeZone === undefined || isSameClock(at, timeZone, viewerZone()) ? null : (
    <span class="quiet">
      {clock(at, timeZone)} {zoneName(at, timeZone)}
      <span class="unseen"> for the rep</span>
    </span>
  );
}
