import { useState } from "preact/hooks";
import { Dialog } from "../parts/dialog.tsx";
import { Failed } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useMe } from "../use-me.ts";
import { CheckedRows } from "./checked-rows.tsx";
import { InvitedRows } from "./invited-rows.tsx";
import { ListField } from "./list-field.tsx";
import { useBulkInvite } from "./use-bulk-invite.ts";

/** The button that invites many reps of a connection at once, and what it opens. */
export function InviteMany({
  connection,
  onDone,
}: {
  readonly connection: string;
  readonly onDone: () => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const { mayChange } = useMe();
  return mayChange ? (
    <span class="actions">
      <WorkButton icon="people" about={connection} onClick={() => setIsOpen(true)}>
        Invite many
      </WorkButton>
      {isOpen ? (
        <InviteDialog connection={connection} close={() => setIsOpen(false)} onDone={onDone} />
      ) : null}
    </span>
  ) : null;
}

function InviteDialog({
  connection,
  close,
  onDone,
}: {
  readonly connection: string;
  readonly close: () => void;
  readonly onDone: () => void;
}) {
  const bulk = useBulkInvite(connection, onDone);
  const { checked, invited, error } = bulk;
  return (
    <Dialog title={`Invite many reps of ${connection}`} close={close}>
      <Step bulk={bulk} />
      {error === undefined ? null : <Failed error={error} />}
      {checked !== undefined && invited === undefined ? (
        <CheckedRows checked={checked} bulk={bulk} />
      ) : null}
      {invited === undefined ? null : <InvitedRows invited={invited} isBusy={bulk.isBusy} />}
    </Dialog>
  );
}

/** What was typed stays while it is checked and mended. */
function Step({ bulk }: { readonly bulk: ReturnType<typeof useBulkInvite> }) {
  const [csv, setCsv] = useState("");
  return bulk.checked === undefined ? (
    <ListField csv={csv} change={setCsv} isBusy={bulk.isBusy} check={() => bulk.check(csv)} />
  ) : null;
}
