import { useState } from "preact/hooks";
import { Chip } from "../parts/chip.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { count, type Shown } from "../words.ts";
import type { CheckedList, CheckedRow } from "./bulk-shapes.ts";
import type { BulkInvite } from "./use-bulk-invite.ts";

const STATES: Readonly<Record<CheckedRow["state"], Shown>> = {
  new: { word: "New", icon: "done", tone: "good" },
  known: { word: "Known", icon: "people", tone: "quiet" },
  bad: { word: "Mend", icon: "warn", tone: "warn" },
};

/** What a list would do, row by row, and the way to do it. */
export function CheckedRows({
  checked: { counts, rows, canMail },
  bulk,
}: {
  readonly checked: CheckedList;
  readonly bulk: BulkInvite;
}) {
  const [isMailed, setIsMailed] = useState(false);
  const good = counts.new + counts.known;
  return (
    <>
      <p role="status" class="tally">
        <span>{count(counts.new, "new rep")}</span>
        <span>{count(counts.known, "known rep")}, invited once more</span>
        <span class={counts.bad > 0 ? "tint warn" : ""}>
          {count(counts.bad, "row")} to mend, left out
        </span>
      </p>
      <RowTable rows={rows} />
      {canMail && good > 0 ? (
        <label class="check">
          <input
            type="checkbox"
            checked={isMailed}
            onChange={({ currentTarget }) => setIsMailed(currentTarget.checked)}
          />
          <span>Mail every rep their link</span>
        </label>
      ) : null}
      {canMail ? null : (
        <p class="quiet">
          Mail is not set up for this connection, so the links come as a file to hand out.
        </p>
      )}
      <div class="actions">
        {good === 0 ? null : (
          <WorkButton look="strong" isBusy={bulk.isBusy} onClick={() => bulk.invite(isMailed)}>
            {`Invite ${count(good, "rep")}`}
          </WorkButton>
        )}
        <WorkButton onClick={bulk.mend}>Back to the list</WorkButton>
      </div>
    </>
  );
}

/** Those that need somebody come first. */
function RowTable({ rows }: { readonly rows: readonly CheckedRow[] }) {
  const bad = rows.filter(({ state }) => state === "bad");
  const good = rows.filter(({ state }) => state !== "bad");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="checked-rows" aria-label="Row by row" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col">Rep</th>
            <th scope="col">What happens</th>
          </tr>
        </thead>
        <tbody>
          {[...bad, ...good].map(({ line, state, notes, cells }) => (
            <tr key={line}>
              <td>{line}</td>
              <th scope="row">{cells["name"] ?? cells["email"] ?? cells["userId"] ?? "–"}</th>
              <td>
                <Chip shown={STATES[state]} />
                {notes.map((note) => (
                  <small key={note} class="row-note">
                    {note}
                  </small>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
