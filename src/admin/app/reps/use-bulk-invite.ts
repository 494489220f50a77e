import { useState } from "preact/hooks";
import { apiPath, callApi } from "../call-api.ts";
import { type Doing, useDoing } from "../use-call.ts";
import { type CheckedList, type Invited, type InvitedList, joined } from "./bulk-shapes.ts";

/** Few at a time where each waits for the mail server, so that no proxy loses patience with the answer. */
const ROWS_AT_ONCE = { plain: 200, mailed: 20 } as const;

/** A list of reps: checked, then invited part by part. */
export interface BulkInvite extends Omit<Doing, "begin"> {
  readonly checked: CheckedList | undefined;
  readonly invited: Invited | undefined;
  readonly check: (csv: string) => void;
  readonly invite: (isMailed: boolean) => void;
  /** Goes back to the list. */
  readonly mend: () => void;
}

/** Runs the invites of one list; `onDone` is called when all of them are made, or something went wrong. */
export function useBulkInvite(connection: string, onDone: () => void): BulkInvite {
  const { begin, ...doing } = useDoing();
  const [checked, setChecked] = useState<CheckedList>();
  const [invited, setInvited] = useState<Invited>();
  const path = `/reps${apiPath(connection)}/invites`;
  const post = <Answer>(body: object) => callApi<Answer>(path, { method: "POST", body });
  return {
    ...doing,
    checked,
    invited,
    check: (csv) => begin(async () => setChecked(await post<CheckedList>({ csv, dryRun: true }))),
    invite: (mail) =>
      begin(async () => {
        // Two parts know nothing of each other: what was bad because of another row would be good in a part of its own.
        const good = (checked?.rows ?? []).filter(({ state }) => state !== "bad");
        const rows = good.map(({ line, cells }) => ({ line, ...cells }));
        const step = mail ? ROWS_AT_ONCE.mailed : ROWS_AT_ONCE.plain;
        let done: Invited = { total: rows.length, rows: [], csv: "" };
        setInvited(done);
        try {
          for (let at = 0; at < rows.length; at += step) {
            done = joined(done, await post<InvitedList>({ rows: rows.slice(at, at + step), mail }));
            setInvited(done);
          }
        } finally {
          onDone();
        }
      }),
    mend: () => setChecked(undefined),
  };
}
