import { useRef, useState } from "preact/hooks";
import type { ConnectionOverview } from "../api-shapes.ts";
import { dateField } from "../moments.ts";
import { Icon } from "../parts/icon.tsx";
import { go, hrefWith, type Place } from "../place.ts";
import { ANY_DAY, dayOf } from "./appointment-filters.ts";
import { StateChoice } from "./state-choice.tsx";

/** The search and the filters; what is chosen stands in the address. */
export function FilterBar({
  place,
  connections,
}: {
  readonly place: Place;
  readonly connections: readonly ConnectionOverview[];
}) {
  const form = useRef<HTMLFormElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const shownDay = dayOf(place.query, dateField());
  const change = (changes: Readonly<Record<string, string>>) => go(hrefWith(place, changes));
  const submit = (event: Event) => {
    event.preventDefault();
    if (form.current !== null) {
      const fields = new FormData(form.current);
      change({ q: String(fields.get("q") ?? "").trim() });
    }
  };
  return (
    <search class="card filters">
      <form ref={form} class="search" onSubmit={submit}>
        <label class="grow">
          <span>Customer, rep or record</span>
          <input
            type="search"
            name="q"
            key={place.query.get("q")}
            defaultValue={place.query.get("q") ?? ""}
            placeholder="Jane Doe, roof, 08p…"
          />
        </label>
        <button type="submit" class="small strong">
          <Icon name="search" />
          Search
        </button>
      </form>
      <div class={isOpen ? "choices open" : "choices"}>
        <DaySegments place={place} change={change} />
        <button
          type="button"
          class="small fold"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          {isOpen ? "Fewer filters" : "More filters"}
        </button>
        <label class="folded">
          <span>Day</span>
          <input
            type="date"
            value={shownDay === ANY_DAY ? "" : shownDay}
            onChange={({ currentTarget }) => change({ day: currentTarget.value || ANY_DAY })}
          />
        </label>
        <label class="folded">
          <span>Rep's e-mail or id</span>
          <input
            type="search"
            value={place.query.get("rep") ?? ""}
            onChange={({ currentTarget }) => change({ rep: currentTarget.value.trim() })}
          />
        </label>
        <StateChoice chosen={place.query.get("state") ?? ""} change={change} />
        <ConnectionChoice place={place} connections={connections} />
      </div>
    </search>
  );
}

function DaySegments({
  place,
  change,
}: {
  readonly place: Place;
  readonly change: (changes: Readonly<Record<string, string>>) => void;
}) {
  const shown = dayOf(place.query, dateField());
  const days = [
    ["Yesterday", dateField(-1)],
    ["Today", dateField()],
    ["Tomorrow", dateField(1)],
    ["Any day", ANY_DAY],
  ] as const;
  return (
    <fieldset class="segments">
      <legend class="unseen">Day</legend>
      {days.map(([word, value]) => (
        <button
          key={word}
          type="button"
          aria-pressed={shown === value}
          onClick={() => change({ day: value })}
        >
          {word}
        </button>
      ))}
    </fieldset>
  );
}

/** A choice only where there is one. */
export function ConnectionChoice({
  place,
  connections,
}: {
  readonly place: Place;
  readonly connections: readonly ConnectionOverview[];
}) {
  const chosen = place.query.get("connection") ?? "";
  if (connections.length < 2 && chosen === "") {
    return null;
  }
  return (
    <label>
      <span>Connection</span>
      <select
        value={chosen}
        onChange={({ currentTarget }) => go(hrefWith(place, { connection: currentTarget.value }))}
      >
        <option value="">All connections</option>
        {connections.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
