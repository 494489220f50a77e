import { hrefWith, type Place } from "../place.ts";
import type { ReasonCount } from "./parked-shapes.ts";

/** How much is parked for each reason; each is a link to those alone. */
export function ReasonChoice({
  place,
  reasons,
}: {
  readonly place: Place;
  readonly reasons: readonly ReasonCount[];
}) {
  const chosen = place.query.get("reason") ?? "";
  if (reasons.length < 2 && chosen === "") {
    return null;
  }
  const all = reasons.reduce((sum, { count }) => sum + count, 0);
  return (
    <nav class="pills" aria-label="Reasons">
      <Pill place={place} reason="" word="All reasons" count={all} isChosen={chosen === ""} />
      {reasons.map(({ reason, count }) => (
        <Pill
          key={reason}
          place={place}
          reason={reason}
          word={reason}
          count={count}
          isChosen={chosen === reason}
        />
      ))}
    </nav>
  );
}

function Pill({
  place,
  reason,
  word,
  count,
  isChosen,
}: {
  readonly place: Place;
  readonly reason: string;
  readonly word: string;
  readonly count: number;
  readonly isChosen: boolean;
}) {
  return (
    <a
      class="pill"
      href={hrefWith(place, { reason })}
      {...(isChosen ? { "aria-current": "true" as const } : {})}
    >
      {word} <b>{count.toLocaleString()}</b>
    </a>
  );
}
