import type { Outlook, TodayCounts } from "../api-shapes.ts";
import { viewerZone } from "../moments.ts";
import { OUTLOOKS } from "../words.ts";

interface Slice {
  readonly outlook: Outlook;
  readonly key: keyof TodayCounts;
}

/** Parked work has a page of its own. */
function hrefOf(outlook: Outlook, connection: string): string {
  const own = new URLSearchParams({ connection });
  if (outlook === "parked") {
    return `/admin/parked?${own}`;
  }
  own.set("state", outlook);
  return `/admin/appointments?${own}`;
}

const SLICES: readonly Slice[] = [
  { outlook: "done", key: "done" },
  { outlook: "opened", key: "opened" },
  { outlook: "sent", key: "sent" },
  { outlook: "due", key: "due" },
  { outlook: "planned", key: "planned" },
  { outlook: "not-sent", key: "notSent" },
  { outlook: "parked", key: "parked" },
  { outlook: "canceled", key: "canceled" },
];

/** Today's appointments by how far they have come: a bar, and the same in words. */
export function TodayBar({
  today,
  connection,
  timeZone,
}: {
  readonly today: TodayCounts;
  readonly connection: string;
  /** The zone whose day is meant. */
  readonly timeZone: string;
}) {
  const total = SLICES.reduce((sum, { key }) => sum + today[key], 0);
  if (total === 0) {
    return <p class="quiet">No appointments today.</p>;
  }
  const slices = SLICES.filter(({ key }) => today[key] > 0);
  return (
    <div class="today">
      <h3>Today {timeZone === viewerZone() ? null : <small class="quiet">in {timeZone}</small>}</h3>
      <div class="bar" aria-hidden="true">
        {slices.map(({ outlook, key }) => (
          <span key={key} class={`slice ${outlook}`} style={{ flexGrow: today[key] }} />
        ))}
      </div>
      <ul class="legend">
        {slices.map(({ outlook, key }) => (
          <li key={key}>
            <a href={hrefOf(outlook, connection)}>
              <span class={`swatch ${outlook}`} />
              <b>{today[key].toLocaleString()}</b> {OUTLOOKS[outlook].word.toLowerCase()}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
