import { randomUUID } from "node:crypto";
import type { People, PeopleChange, Person } from "../books/operator-book.ts";
import { FIRST_ADMIN, type OperatorRole } from "../domain/operator.ts";
import { NotFoundError } from "../http/input-errors.ts";
import { PersonExistsError, PersonProtectedError } from "./people-errors.ts";

/** What the rules about people need to know of the bridge. */
export interface PeopleRules {
  /** Whether `admin` can sign in at all. */
  readonly hasFirstAdmin: boolean;
}

/** What is changed of a person. */
export interface PersonChange {
  readonly role?: OperatorRole | undefined;
  readonly passwordHash?: string | undefined;
}

/** Somebody new, signed in nowhere yet. */
export function addPerson(
  people: People,
  { name, ...given }: Pick<Person, "name" | "role" | "passwordHash" | "createdAtMs">,
): { readonly save: Person } {
  if (name === FIRST_ADMIN || people.has(name)) {
    throw new PersonExistsError();
  }
  return { save: { ...given, name, roleFrom: "people", era: randomUUID() } };
}

/** Another role, another password, or both; the person's sessions are over by it. */
export function changePerson(
  people: People,
  { name, role, passwordHash }: PersonChange & { readonly name: string },
  rules: PeopleRules,
): { readonly save: Person } {
  const person = namedPerson(people, name);
  if (role !== undefined && role !== "admin") {
    checkAdminsLeft(people, person, rules);
  }
  return {
    save: {
      ...person,
      ...(role === undefined ? {} : { role, roleFrom: "people" }),
      ...(passwordHash === undefined ? {} : { passwordHash }),
      era: randomUUID(),
    },
  };
}

/** Takes a person out of the book. */
export function removePerson(people: People, name: string, rules: PeopleRules): PeopleChange {
  checkAdminsLeft(people, namedPerson(people, name), rules);
  return { remove: name };
}

function namedPerson(people: People, name: string): Person {
  if (name === FIRST_ADMIN) {
    throw new PersonProtectedError(
      `${FIRST_ADMIN} is always there; the password is ADMIN_PASSWORD in the environment`,
    );
  }
  const person = people.get(name);
  if (person === undefined) {
    throw new NotFoundError("There is nobody of that user name");
  }
  return person;
}

function checkAdminsLeft(people: People, person: Person, { hasFirstAdmin }: PeopleRules): void {
  const isNeeded = (other: Person) =>
    other.role === "admin" && other.name !== person.name && other.name !== FIRST_ADMIN;
  if (person.role === "admin" && !hasFirstAdmin && ![...people.values()].some(isNeeded)) {
    throw new PersonProtectedError("This is the last admin; make somebody else one first");
  }
}
