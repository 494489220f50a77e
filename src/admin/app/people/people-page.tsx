import { useState } from "preact/hooks";
import { Failed, Loading, Note } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useCall } from "../use-call.ts";
import { AddPerson } from "./add-person.tsx";
import type { Person, Session } from "./people-shapes.ts";
import { PersonRow } from "./person-row.tsx";

/** Who may use this window, what they may do, and where they are signed in. */
export function PeoplePage() {
  const people = useCall<{ readonly items: readonly Person[] }>("/people");
  const sessions = useCall<{ readonly items: readonly Session[] }>("/sessions");
  const [isAdding, setIsAdding] = useState(false);
  const [added, setAdded] = useState<string>();
  const reload = () => {
    people.reload();
    sessions.reload();
  };
  const error = people.error ?? sessions.error;
  return (
    <>
      <PageHead title="People" lead="Who may use this window, and what each of them may do.">
        <WorkButton needs="admin" icon="people" look="strong" onClick={() => setIsAdding(true)}>
          Add a person
        </WorkButton>
      </PageHead>
      {added === undefined ? null : (
        <Note tone="good" role="status">
          <p>{added} can sign in now.</p>
        </Note>
      )}
      {error === undefined ? null : <Failed error={error} retry={reload} />}
      {people.answer === undefined && people.isLoading ? <Loading /> : null}
      {people.answer === undefined ? null : (
        <ul class="rows" aria-label="People">
          {people.answer.items.map((person) => (
            <PersonRow
              key={person.name}
              person={person}
              sessions={(sessions.answer?.items ?? []).filter(({ name }) => name === person.name)}
              onChange={reload}
            />
          ))}
        </ul>
      )}
      {isAdding ? (
        <AddPerson
          close={() => setIsAdding(false)}
          onAdded={(name) => {
            setIsAdding(false);
            setAdded(name);
            reload();
          }}
        />
      ) : null}
    </>
  );
}
