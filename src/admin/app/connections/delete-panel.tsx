import { useState } from "preact/hooks";
import { apiPath, callApi } from "../call-api.ts";
import { Failed } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { go } from "../place.ts";
import { useDoing } from "../use-call.ts";

/** Deletes a connection once its name was typed again. */
export function DeletePanel({ name }: { readonly name: string }) {
  const [typed, setTyped] = useState("");
  const { isBusy, error, begin } = useDoing();
  const remove = () =>
    begin(async () => {
      await callApi(`/connections${apiPath(name)}`, { method: "DELETE", body: { name: typed } });
      go("/admin/connections");
    });
  return (
    <details class="card">
      <summary>Delete this connection</summary>
      <div class="stack">
        <p class="quiet">
          Its senders are turned away at once, and nothing more is sent to its reps. Appointments
          that are known stay readable until they are forgotten.
        </p>
        <label>
          <span>Type {name} to confirm</span>
          <input
            value={typed}
            autocomplete="off"
            spellcheck={false}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </label>
        <div class="actions">
          <WorkButton look="danger" isBusy={isBusy} about={name} onClick={remove}>
            Delete it
          </WorkButton>
        </div>
        {error === undefined ? null : <Failed error={error} />}
      </div>
    </details>
  );
}
