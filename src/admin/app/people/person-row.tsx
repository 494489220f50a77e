import { useState } from "preact/hooks";
import { apiPath, callApi } from "../call-api.ts";
import { dayAndClock } from "../moments.ts";
import { Chip } from "../parts/chip.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Empty, Failed } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useDoing } from "../use-call.ts";
import { useMe } from "../use-me.ts";
import { count } from "../words.ts";
import { ChangeRole, ResetPassword } from "./change-person.tsx";
import type { Person, Session } from "./people-shapes.ts";
import { shownRole } from "./role-choice.tsx";
import { SessionList } from "./session-list.tsx";

interface PersonProps {
  readonly person: Person;
  readonly sessions: readonly Session[];
  readonly onChange: () => void;
}

/** One person: role, how and when they sign in, and what can be done. */
export function PersonRow({ person, sessions, onChange }: PersonProps) {
  const { name, role } = person;
  const isFirst = person.roleFrom === undefined;
  return (
    <li class="person">
      <Who person={person} />
      <span>
        <Chip shown={shownRole(role)} />
      </span>
      <div class="actions">
        <Sessions person={person} sessions={sessions} onChange={onChange} />
        {isFirst ? null : <Changes person={person} onChange={onChange} />}
        {isFirst ? null : <Remove name={name} onChange={onChange} />}
      </div>
    </li>
  );
}

function Who({
  person: { name, lastSignInAt, signsInWith, roleFrom },
}: Pick<PersonProps, "person">) {
  const { name: own } = useMe();
  return (
    <div class="who">
      <span>
        <strong>{name}</strong>
        {name === own ? <span class="tag accent">you</span> : null}
      </span>
      <small class="quiet">
        {lastSignInAt === undefined ? "Never signed in" : `Last in ${dayAndClock(lastSignInAt)}`}
        {signsInWith.length === 0 ? "" : ` · ${signsInWith.map((way) => WAYS[way]).join(" and ")}`}
        {roleFrom === "provider" ? " · role from there" : ""}
      </small>
    </div>
  );
}

const WAYS: Readonly<Record<Person["signsInWith"][number], string>> = {
  "first-password": "ADMIN_PASSWORD",
  password: "password",
  provider: "sign-in provider",
};

function Sessions({ person: { name }, sessions, onChange }: PersonProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { isBusy, error, begin } = useDoing();
  const endAll = () =>
    begin(async () => {
      await callApi(`/people${apiPath(name)}/sessions`, { method: "DELETE" });
      onChange();
    });
  const close = () => setIsOpen(false);
  return (
    <>
      <WorkButton about={name} onClick={() => setIsOpen(true)}>
        {count(sessions.length, "session")}
      </WorkButton>
      {isOpen ? (
        <Dialog title={`Where ${name} is signed in`} close={close}>
          {sessions.length === 0 ? (
            <Empty icon="people" title="Nowhere just now" />
          ) : (
            <SessionList sessions={sessions} onEnded={onChange} />
          )}
          {error === undefined ? null : <Failed error={error} />}
          {sessions.some(({ isThis }) => !isThis) ? (
            <div class="actions">
              <WorkButton look="danger" isBusy={isBusy} onClick={endAll}>
                {sessions.some(({ isThis }) => isThis)
                  ? "Sign out everywhere else"
                  : "Sign out everywhere"}
              </WorkButton>
            </div>
          ) : null}
        </Dialog>
      ) : null}
    </>
  );
}

function Changes({ person, onChange }: Pick<PersonProps, "person" | "onChange">) {
  const [open, setOpen] = useState<"role" | "password">();
  const close = () => setOpen(undefined);
  const changed = () => {
    close();
    onChange();
  };
  return (
    <>
      <WorkButton about={person.name} onClick={() => setOpen("role")}>
        Role
      </WorkButton>
      <WorkButton about={person.name} onClick={() => setOpen("password")}>
        New password
      </WorkButton>
      {open === "role" ? <ChangeRole person={person} close={close} onChanged={changed} /> : null}
      {open === "password" ? (
        <ResetPassword person={person} close={close} onChanged={changed} />
      ) : null}
    </>
  );
}

function Remove({ name, onChange }: { readonly name: string; readonly onChange: () => void }) {
  const [isAsking, setIsAsking] = useState(false);
  const { isBusy, error, begin } = useDoing();
  const remove = () =>
    begin(async () => {
      await callApi(`/people${apiPath(name)}`, { method: "DELETE" });
      onChange();
    });
  return (
    <>
      {isAsking ? (
        <>
          <WorkButton look="danger" isBusy={isBusy} about={name} onClick={remove}>
            Remove for good
          </WorkButton>
          <WorkButton onClick={() => setIsAsking(false)}>Keep</WorkButton>
        </>
      ) : (
        <WorkButton look="plain" about={name} onClick={() => setIsAsking(true)}>
          Remove
        </WorkButton>
      )}
      {error === undefined ? null : <Failed error={error} />}
    </>
  );
}
