import { useState } from "preact/hooks";
import { apiPath, callApi } from "../call-api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Failed, Loading, Note } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useCall, useDoing } from "../use-call.ts";
import { useMe } from "../use-me.ts";
import { workName } from "../words.ts";
import { EditForm } from "./edit-form.tsx";
import { Json } from "./json.tsx";
import type { ParkedEntry, ParkedWork } from "./parked-shapes.ts";

/** What one piece of parked work holds, and the way to mend it. */
export function WorkDialog({
  entry: { id, kind, reason },
  close,
  onReplayed,
}: {
  readonly entry: ParkedEntry;
  readonly close: () => void;
  readonly onReplayed: () => void;
}) {
  const path = `/parked${apiPath(id)}`;
  const { answer, error, isLoading } = useCall<ParkedWork>(path);
  const [whole, setWhole] = useState<ParkedWork>();
  const [isEditing, setIsEditing] = useState(false);
  const revealing = useDoing();
  const reveal = (then: () => void) =>
    revealing.begin(async () => {
      setWhole(await callApi<ParkedWork>(`${path}/reveal`, { method: "POST" }));
      then();
    });
  const shown = whole ?? answer;
  return (
    <Dialog title={`Inside: ${workName(kind)}`} close={close}>
      <p class="quiet">
        Parked as <code>{reason}</code>. <code>{id}</code>
      </p>
      {error === undefined ? null : <Failed error={error} />}
      {shown === undefined && isLoading ? <Loading rows={3} /> : null}
      {revealing.error === undefined ? null : <Failed error={revealing.error} />}
      {isEditing && whole?.event ? (
        <EditForm
          path={path}
          event={whole.event}
          leave={() => setIsEditing(false)}
          onReplayed={onReplayed}
        />
      ) : null}
      {shown === undefined || isEditing ? null : (
        <Inside shown={shown} isBusy={revealing.isBusy} reveal={reveal} edit={setIsEditing} />
      )}
    </Dialog>
  );
}

function Inside({
  shown: { work, isWhole, isEditable, whyNotEditable },
  isBusy,
  reveal,
  edit,
}: {
  readonly shown: ParkedWork;
  readonly isBusy: boolean;
  readonly reveal: (then: () => void) => void;
  readonly edit: (isEditing: boolean) => void;
}) {
  const { mayChange } = useMe();
  const open = () => (isWhole ? edit(true) : reveal(() => edit(true)));
  return (
    <>
      <Json value={work} label="What is inside" />
      {isWhole ? null : (
        <p class="quiet">
          Names, titles, addresses and anything else that may be personal is hidden.
          {mayChange ? " Looking at it in full is written to the audit trail." : ""}
        </p>
      )}
      {mayChange ? (
        <div class="actions">
          {isWhole ? null : (
            <WorkButton icon="eye" isBusy={isBusy} onClick={() => reveal(() => undefined)}>
              Show in full
            </WorkButton>
          )}
          {isEditable ? (
            <WorkButton icon="edit" isBusy={isBusy} onClick={open}>
              Edit and replay
            </WorkButton>
          ) : null}
        </div>
      ) : null}
      {whyNotEditable === null ? null : (
        <Note tone="quiet">
          <p>It cannot be edited here. {whyNotEditable}</p>
        </Note>
      )}
    </>
  );
}
