import { useEffect, useRef } from "preact/hooks";
import { callApi } from "../call-api.ts";
import { Failed } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useDoing } from "../use-call.ts";

/** Asks before a rep is signed out of every browser: they have to be invited again. */
export function SignOutQuestion({
  path,
  name,
  leave,
  onDone,
}: {
  /** The call of the rep. */
  readonly path: string;
  readonly name: string;
  readonly leave: () => void;
  readonly onDone: () => void;
}) {
  const { isBusy, error, begin } = useDoing();
  const box = useRef<HTMLFieldSetElement>(null);
  useEffect(() => box.current?.focus(), []);
  const signOut = () =>
    begin(async () => {
      await callApi(`${path}/sessions`, { method: "DELETE" });
      onDone();
    });
  return (
    <fieldset ref={box} class="confirm" tabIndex={-1}>
      <legend class="unseen">Confirm signing out</legend>
      <p>
        <strong>Sign {name} out on every phone and browser?</strong> Browsers that show alerts are
        removed as well, and invites that were not used end.
      </p>
      <div class="actions">
        <WorkButton look="danger" icon="signOut" isBusy={isBusy} about={name} onClick={signOut}>
          Sign out
        </WorkButton>
        <WorkButton about={name} onClick={leave}>
          Leave it
        </WorkButton>
      </div>
      {error === undefined ? null : <Failed error={error} />}
    </fieldset>
  );
}
