import type { ComponentChildren } from "preact";
import { Failed } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import type { Doing } from "../use-call.ts";

/** A form in a dialog: its fields, what went wrong, and the two ways out. */
export function PersonForm({
  doing: { isBusy, error },
  verb,
  submit,
  leave,
  children,
}: {
  readonly doing: Doing;
  readonly verb: string;
  readonly submit: () => void;
  readonly leave: () => void;
  readonly children: ComponentChildren;
}) {
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {children}
      {error === undefined ? null : <Failed error={error} />}
      <div class="actions">
        <button type="submit" class="small strong" aria-busy={isBusy} aria-disabled={isBusy}>
          {verb}
        </button>
        <WorkButton onClick={leave}>Cancel</WorkButton>
      </div>
    </form>
  );
}

/** A password that somebody gives to somebody else, so it can be seen. */
export function GivenPassword({
  password,
  change,
  label,
}: {
  readonly password: string;
  readonly change: (password: string) => void;
  readonly label: string;
}) {
  return (
    <label>
      <span>{label}</span>
      <input
        class="code"
        name="password"
        autocomplete="off"
        spellcheck={false}
        required
        minLength={12}
        maxLength={200}
        value={password}
        onInput={({ currentTarget }) => change(currentTarget.value)}
      />
      <small class="quiet">
        At least 12 characters. Hand it over by a safe way; it is not shown again.
      </small>
    </label>
  );
}
