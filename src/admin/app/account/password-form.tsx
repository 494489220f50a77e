import { useState } from "preact/hooks";
import { callApi } from "../call-api.ts";
import { Failed, Note } from "../parts/messages.tsx";
import { useDoing } from "../use-call.ts";

/** Changes one's own password; the other browsers of whoever does it are signed out. */
export function PasswordForm({ onChanged }: { readonly onChanged: () => void }) {
  const [password, setPassword] = useState("");
  const [newPassword, setNewPassword] = useState("");
  const [isDone, setIsDone] = useState(false);
  const { isBusy, error, begin } = useDoing();
  const change = () =>
    begin(async () => {
      setIsDone(false);
      await callApi("/me/password", { method: "POST", body: { password, newPassword } });
      setPassword("");
      setNewPassword("");
      setIsDone(true);
      onChanged();
    });
  return (
    <form
      class="stack account-form"
      onSubmit={(event) => {
        event.preventDefault();
        change();
      }}
    >
      <label>
        <span>Present password</span>
        <input
          type="password"
          autocomplete="current-password"
          required
          value={password}
          onInput={({ currentTarget }) => setPassword(currentTarget.value)}
        />
      </label>
      <label>
        <span>New password, at least 12 characters</span>
        <input
          type="password"
          autocomplete="new-password"
          required
          minLength={12}
          maxLength={200}
          value={newPassword}
          onInput={({ currentTarget }) => setNewPassword(currentTarget.value)}
        />
      </label>
      {error === undefined ? null : <Failed error={error} />}
      {isDone ? (
        <Note tone="good" role="status">
          <p>Changed. Your other browsers are signed out.</p>
        </Note>
      ) : null}
      <div class="actions">
        <button type="submit" class="small strong" aria-busy={isBusy} aria-disabled={isBusy}>
          Change the password
        </button>
      </div>
    </form>
  );
}
