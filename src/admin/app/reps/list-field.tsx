import { WorkButton } from "../parts/work-button.tsx";

const EXAMPLE = `userId,email,name,timeZone
0055f00000AbCdEAAV,rita@example.com,Rita Rep,America/Denver`;

/** Where a list of reps is pasted, or taken from a file. */
export function ListField({
  csv,
  change,
  isBusy,
  check,
}: {
  readonly csv: string;
  readonly change: (csv: string) => void;
  readonly isBusy: boolean;
  readonly check: () => void;
}) {
  const read = async (files: FileList | null) => change((await files?.[0]?.text()) ?? csv);
  return (
    <>
      <p>
        Paste a list as it comes out of a spreadsheet, or choose a CSV file: a first line that names
        the columns, then one rep a line, 1,000 at most. Nothing is sent before you have seen what
        it would do.
      </p>
      <label>
        <span>List of reps</span>
        <textarea
          rows={8}
          spellcheck={false}
          placeholder={EXAMPLE}
          value={csv}
          onInput={({ currentTarget }) => change(currentTarget.value)}
        />
      </label>
      <label>
        <span>Or a CSV file</span>
        <input
          type="file"
          accept=".csv,text/csv,text/plain"
          onChange={({ currentTarget }) => void read(currentTarget.files)}
        />
      </label>
      <div class="actions">
        <WorkButton look="strong" isBusy={isBusy} onClick={check}>
          Check the list
        </WorkButton>
      </div>
    </>
  );
}
