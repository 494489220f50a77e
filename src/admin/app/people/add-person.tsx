import { useState } from "preact/hooks";
import { callApi } from "../call-api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { useDoing } from "../use-call.ts";
import type { Role } from "../use-me.ts";
import { GivenPassword, PersonForm } from "./person-form.tsx";
import { RoleChoice } from "./role-choice.tsx";
import { suggestPassword } from "./suggest-password.ts";

/** Makes somebody known: a user name, a role, a first password. */
export function AddPerson({
  close,
  onAdded,
}: {
  readonly close: () => void;
  readonly onAdded: (name: string) => void;
}) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [password, setPassword] = useState(suggestPassword);
  const doing = useDoing();
  const add = () =>
    doing.begin(async () => {
      await callApi("/people", { method: "POST", body: { name, role, password } });
      onAdded(name);
    });
  return (
    <Dialog title="Add a person" close={close}>
      <PersonForm doing={doing} verb="Add" submit={add} leave={close}>
        <label>
          <span>User name</span>
          <input
            name="name"
            required
            maxLength={64}
            pattern="[A-Za-z0-9._@\-]+"
            title="Letters, digits, dot, underscore, hyphen and @"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value.trim().toLowerCase())}
          />
          <small class="quiet">For example their e-mail address. It cannot be changed later.</small>
        </label>
        <RoleChoice role={role} choose={setRole} />
        <GivenPassword label="First password" password={password} change={setPassword} />
      </PersonForm>
    </Dialog>
  );
}
