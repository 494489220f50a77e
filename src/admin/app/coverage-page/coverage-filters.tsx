import type { ConnectionOverview } from "../api-shapes.ts";
import { ConnectionChoice } from "../appointments/filter-bar.tsx";
import { dateField } from "../moments.ts";
import { go, hrefWith, type Place } from "../place.ts";
import { type CoverageSpan, SPANS } from "./coverage-span.ts";

/** Which days and which connection; what is chosen stands in the address. */
export function CoverageFilters({
  place,
  span: { fromDay, toDay },
  connections,
}: {
  readonly place: Place;
  readonly span: CoverageSpan;
  readonly connections: readonly ConnectionOverview[];
}) {
  const change = (changes: Readonly<Record<string, string>>) => go(hrefWith(place, changes));
  return (
    <search class="card">
      <div class="choices open">
        <fieldset class="segments">
          <legend class="unseen">Days</legend>
          {SPANS.map(({ word, days }) => {
            const from = dateField(1 - days);
            return (
              <button
                key={word}
                type="button"
                aria-pressed={fromDay === from && toDay === dateField()}
                onClick={() => change({ from, to: dateField() })}
              >
                {word}
              </button>
            );
          })}
        </fieldset>
        <DayField word="From" value={fromDay} change={(from) => change({ from, to: toDay })} />
        <DayField word="To" value={toDay} change={(to) => change({ from: fromDay, to })} />
        <ConnectionChoice place={place} connections={connections} />
      </div>
    </search>
  );
}

/** A date that is half typed is none yet. */
function DayField({
  word,
  value,
  change,
}: {
  readonly word: string;
  readonly value: string;
  readonly change: (day: string) => void;
}) {
  return (
    <label>
      <span>{word}</span>
      <input
        type="date"
        value={value}
        onChange={({ currentTarget }) => {
          if (currentTarget.value !== "") {
            change(currentTarget.value);
          }
        }}
      />
    </label>
  );
}
