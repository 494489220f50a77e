import { useState } from "preact/hooks";
import { apiPath, callApi } from "../call-api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Note } from "../parts/messages.tsx";
import { useDoing } from "../use-call.ts";
import type { Person } from "./people-shapes.ts";
import { GivenPassword, PersonForm } from "./person-form.tsx";
import { RoleChoice } from "./role-choice.tsx";
import { suggestPassword } from "./suggest-password.ts";

interface ChangeProps {
  readonly person: Person;
  readonly close: () => void;
  readonly onChanged: () => void;
}

/** Gives somebody another role. */
export function ChangeRole({ person, close, onChanged }: ChangeProps) {
  const [role, setRole] = useState(person.role);
  const doing = useDoing();
  const change = () => doing.begin(() => changePerson(person, { role }).then(onChanged));
  return (
    <Dialog title={`Role of ${person.name}`} close={close}>
      <PersonForm doing={doing} verb="Change the role" submit={change} leave={close}>
        <RoleChoice role={role} choose={setRole} />
        {person.roleFrom === "provider" ? (
          <p class="quiet">
            So far the role comes from the sign-in provider. From now on the one given here counts.
          </p>
        ) : null}
        <SignsOut name={person.name} />
      </PersonForm>
    </Dialog>
  );
}

/** Gives somebody another password. */
export function ResetPassword({ person, close, onChanged }: ChangeProps) {
  const [password, setPassword] = useState(suggestPassword);
  const doing = useDoing();
  const change = () => doing.begin(() => changePerson(person, { password }).then(onChanged));
  return (
    <Dialog title={`New password for ${person.name}`} close={close}>
      <PersonForm doing={doing} verb="Set the password" submit={change} leave={close}>
        <GivenPassword label="New password" password={password} change={setPassword} />
        <SignsOut name={person.name} />
      </PersonForm>
    </Dialog>
  );
}

function SignsOut({ name }: { readonly name: string }) {
  return (
    <Note tone="warn">
      <p>{name} is signed out everywhere by it.</p>
    </Note>
  );
}

function changePerson(person: Person, body: object): Promise<void> {
  return callApi(`/people${apiPath(person.name)}`, { method: "POST", body });
}
