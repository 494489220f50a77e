import { useState } from "preact/hooks";
import { apiPath, callApi } from "../call-api.ts";
import type { ConnectionDetail } from "../connections/connection-shapes.ts";
import { isSection, withValue } from "../connections/settings-at.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Failed } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { go } from "../place.ts";
import { useCall, useDoing } from "../use-call.ts";
import { useMe } from "../use-me.ts";
import type { Comparison, Settings } from "./what-if-shapes.ts";

/** What saving compared rules needs. */
export interface ApplyRulesProps {
  readonly settings: Comparison["settings"];
  readonly connection: string;
}

/** Saves the rules that were compared, where an admin can: a connection of the file is changed there. */
export function ApplyRules(props: ApplyRulesProps) {
  return useMe().isAdmin ? <ApplyButton {...props} /> : null;
}

function ApplyButton(props: ApplyRulesProps) {
  const { answer } = useCall<ConnectionDetail>(`/connections${apiPath(props.connection)}`);
  const [isAsked, setIsAsked] = useState(false);
  if (answer === undefined || answer.source === "file" || answer.revision === null) {
    return null;
  }
  return (
    <>
      <WorkButton look="strong" onClick={() => setIsAsked(true)}>
        Apply these rules
      </WorkButton>
      {isAsked ? <Confirm {...props} saved={answer} close={() => setIsAsked(false)} /> : null}
    </>
  );
}

function Confirm({
  settings,
  connection,
  saved,
  close,
}: ApplyRulesProps & { readonly saved: ConnectionDetail; readonly close: () => void }) {
  const { isBusy, error, begin } = useDoing();
  const page = `/connections${apiPath(connection)}`;
  const apply = () =>
    begin(async () => {
      const body = { settings: withRules(saved.settings, settings), revision: saved.revision };
      await callApi(page, { method: "POST", body });
      go(`/admin${page}`);
    });
  return (
    <Dialog title={`Apply these rules to ${connection}?`} close={close}>
      <p>
        What was compared is saved and counts at once: waiting prompts are planned anew by it. The
        audit trail keeps how it was.
      </p>
      {error === undefined ? null : <Failed error={error} />}
      <div class="actions">
        <WorkButton look="strong" isBusy={isBusy} onClick={apply}>
          Save and apply
        </WorkButton>
        <WorkButton look="plain" onClick={close}>
          Not now
        </WorkButton>
      </div>
    </Dialog>
  );
}

/** The settings with what has to be written put over them, and without what has to be taken out. */
function withRules(settings: Settings, { write, takeOut }: Comparison["settings"]): Settings {
  return takeOut.reduce<Settings>(
    (left, path) => withValue(left, path, undefined),
    putOver(settings, write),
  );
}

function putOver(settings: Settings, changes: Settings): Settings {
  const changed = Object.entries(changes).map(([key, value]) => {
    const own = settings[key];
    return [key, isSection(own) && isSection(value) ? putOver(own, value) : value];
  });
  return { ...settings, ...Object.fromEntries(changed) };
}
