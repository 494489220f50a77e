import { OUTLOOKS, shownStatus } from "../words.ts";

const WAYS = ["planned", "due", "sent", "opened", "done", "not-sent"] as const;
const STATUSES = ["scheduled", "in-progress", "completed", "canceled"];

/** Narrows the list to one way an appointment can go, or to one status in the CRM. */
export function StateChoice({
  chosen,
  change,
}: {
  readonly chosen: string;
  readonly change: (changes: Readonly<Record<string, string>>) => void;
}) {
  return (
    <label class="folded">
      <span>State</span>
      <select
        value={chosen}
        onChange={({ currentTarget }) => change({ state: currentTarget.value })}
      >
        <option value="">Any state</option>
        <optgroup label="How it goes">
          {WAYS.map((way) => (
            <option key={way} value={way}>
              {OUTLOOKS[way].word}
            </option>
          ))}
        </optgroup>
        <optgroup label="In the CRM">
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {shownStatus(status).word}
            </option>
          ))}
        </optgroup>
      </select>
    </label>
  );
}
