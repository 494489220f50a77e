import { useEffect, useState } from "preact/hooks";
import { Note } from "../parts/messages.tsx";
import { count, repName } from "../words.ts";
import type { Invited } from "./bulk-shapes.ts";

/** How far the invites of a list have come, and the file with the links: it is there only now. */
export function InvitedRows({
  invited: { total, rows, csv },
  isBusy,
}: {
  readonly invited: Invited;
  readonly isBusy: boolean;
}) {
  const made = rows.filter(({ url }) => url !== undefined);
  const mailed = rows.filter((row) => row.mailed === "sent");
  const refused = rows.filter((row) => row.mailed !== undefined && row.mailed !== "sent");
  return (
    <>
      <progress max={Math.max(1, total)} value={rows.length} aria-label="Invites" />
      <p role="status">
        {count(made.length, "rep")} invited{isBusy ? " so far …" : ""}
        {mailed.length + refused.length === 0 ? "" : `, ${count(mailed.length, "link")} mailed`}.
      </p>
      {refused.length === 0 ? null : (
        <Note tone="warn">
          <p>These mails were not taken; hand out the links of the file instead.</p>
          <ul class="issues">
            {refused.map(({ line, cells, mailed: answer }) => (
              <li key={line}>
                {repName({ userId: "", ...cells })}: {answer}
              </li>
            ))}
          </ul>
        </Note>
      )}
      {isBusy || made.length === 0 ? null : <SaveLinks csv={csv} />}
    </>
  );
}

function SaveLinks({ csv }: { readonly csv: string }) {
  const [href, setHref] = useState("");
  useEffect(() => {
    // A spreadsheet takes a file without the mark for one of another alphabet.
    const made = URL.createObjectURL(new Blob(["\uFEFF", csv], { type: "text/csv" }));
    setHref(made);
    return () => URL.revokeObjectURL(made);
  }, [csv]);
  return (
    <>
      <p class="quiet">
        Each link signs its rep in, once. They are shown only now: save the file, and keep it away
        from others.
      </p>
      <div class="actions">
        <a class="small strong" href={href} download="invites.csv">
          Save the links as CSV
        </a>
      </div>
    </>
  );
}
