import type { Request } from "express";
import type { Redis } from "ioredis";
import { z } from "zod";
import { changePeople, listPeople, type People, type Person } from "../books/operator-book.ts";
import { endOperatorSessions } from "../books/operator-session-book.ts";
import { isoInstant } from "../domain/instant.ts";
import { FIRST_ADMIN, operatorNameSchema, operatorRoleSchema } from "../domain/operator.ts";
import { NotFoundError } from "../http/input-errors.ts";
import { parseInput } from "../http/parse-input.ts";
import type { AdminReply, AdminRoute } from "./admin-route.ts";
import { addPerson, changePerson, removePerson } from "./change-person.ts";
import { hashPassword } from "./password-hash.ts";
import { peopleReply, personReply } from "./replies/people-replies.ts";

/** What the routes of people need from the world. */
export interface PeopleRoutesDeps {
  readonly redis: Redis;
  readonly adminPassword: string | undefined;
  readonly nowMs: () => number;
}

/** A password that somebody chooses. */
export const newPasswordSchema = z
  .string()
  .min(12, "must have at least 12 characters")
  .max(200, "must have at most 200 characters");

const addSchema = z.strictObject({
  name: operatorNameSchema,
  role: operatorRoleSchema,
  password: newPasswordSchema,
});
const changeSchema = z
  .strictObject({ role: operatorRoleSchema.optional(), password: newPasswordSchema.optional() })
  .refine(({ role, password }) => role !== undefined || password !== undefined, {
    message: "must name a role or a password",
  });

/** The routes by which admins say who may use the operators' window. */
export function peopleRoutes(deps: PeopleRoutesDeps): readonly AdminRoute[] {
  return [
    {
      method: "get",
      path: "/people",
      describes: { summary: "Who may use the operators' window", replies: { 200: peopleReply } },
      role: "admin",
      handle: async () => ({
        status: 200,
        body: { items: presentPeople(deps, await listPeople(deps.redis)) },
      }),
    },
    {
      method: "post",
      path: "/people",
      describes: { summary: "Add a person", body: addSchema, replies: { 201: personReply } },
      role: "admin",
      handle: ({ body }) => add(deps, body),
    },
    {
      method: "post",
      path: "/people/:name",
      describes: {
        summary: "Change a person's role, or give them another password",
        body: changeSchema,
        replies: { 200: personReply },
      },
      role: "admin",
      handle: (request) => change(deps, namedIn(request), request.body),
    },
    {
      method: "delete",
      path: "/people/:name",
      describes: { summary: "Remove a person", replies: { 204: null } },
      role: "admin",
      handle: (request) => remove(deps, namedIn(request)),
    },
  ];
}

async function add({ redis, nowMs }: PeopleRoutesDeps, body: unknown): Promise<AdminReply> {
  const { password, ...given } = parseInput(addSchema, body);
  const passwordHash = await hashPassword(password);
  const { save } = await changePeople(redis, (people) =>
    addPerson(people, { ...given, passwordHash, createdAtMs: nowMs() }),
  );
  const { name, role } = save;
  return {
    status: 201,
    body: presentPerson(save),
    audit: { what: "Added a person", subject: name, after: { role } },
  };
}

async function change(deps: PeopleRoutesDeps, name: string, body: unknown): Promise<AdminReply> {
  const { role, password } = parseInput(changeSchema, body);
  const passwordHash = password === undefined ? undefined : await hashPassword(password);
  let before: Person | undefined;
  const { save } = await changePeople(deps.redis, (people) => {
    before = people.get(name);
    return changePerson(people, { name, role, passwordHash }, rulesOf(deps));
  });
  await endOperatorSessions(deps.redis, name);
  const what =
    password === undefined ? "Changed a person's role" : "Gave a person another password";
  const isMoved = role !== undefined && role !== before?.role;
  return {
    status: 200,
    body: presentPerson(save),
    audit: {
      what,
      subject: name,
      ...(isMoved ? { before: { role: before?.role }, after: { role } } : {}),
    },
  };
}

async function remove(deps: PeopleRoutesDeps, name: string): Promise<AdminReply> {
  let before: Person | undefined;
  await changePeople(deps.redis, (people) => {
    before = people.get(name);
    return removePerson(people, name, rulesOf(deps));
  });
  await endOperatorSessions(deps.redis, name);
  return {
    status: 204,
    audit: { what: "Removed a person", subject: name, before: { role: before?.role } },
  };
}

function rulesOf({ adminPassword }: PeopleRoutesDeps) {
  return { hasFirstAdmin: adminPassword !== undefined };
}

function namedIn({ params }: Request): string {
  const name = operatorNameSchema.safeParse(params["name"]);
  if (!name.success) {
    throw new NotFoundError("There is nobody of that user name");
  }
  return name.data;
}

function presentPeople({ adminPassword }: PeopleRoutesDeps, people: People) {
  const first = people.get(FIRST_ADMIN);
  const others = [...people.values()]
    .filter(({ name }) => name !== FIRST_ADMIN)
    .sort((left, right) => left.name.localeCompare(right.name));
  return [
    {
      name: FIRST_ADMIN,
      role: "admin",
      signsInWith: adminPassword === undefined ? [] : ["first-password"],
      ...signInOf(first),
    },
    ...others.map(presentPerson),
  ];
}

/** Never the hash. */
function presentPerson(person: Person) {
  const { name, role, roleFrom, createdAtMs, passwordHash, subject } = person;
  return {
    name,
    role,
    roleFrom,
    createdAt: isoInstant(createdAtMs),
    signsInWith: [
      ...(passwordHash === undefined ? [] : ["password"]),
      ...(subject === undefined ? [] : ["provider"]),
    ],
    ...signInOf(person),
  };
}

function signInOf(person: Person | undefined) {
  return person?.lastSignInAtMs === undefined
    ? {}
    : { lastSignInAt: isoInstant(person.lastSignInAtMs) };
}
