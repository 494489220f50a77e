import type { Redis } from "ioredis";
import { z } from "zod";
import { operatorNameSchema, operatorRoleSchema } from "../domain/operator.ts";
import { StateContendedError } from "../errors.ts";
import { keyspace } from "../keyspace.ts";
import { commitIfUnchanged } from "../redis-script.ts";

/** Counts the changes of the book; no user name can be this. */
const REVISION = "#revision";
/** Two people rarely change the book at once, and then one of them is through. */
const MOST_TRIES = 20;

/** A person as the book keeps them, under their name. */
export const keptPersonSchema = z.object({
  role: operatorRoleSchema,
  /** Who gave the role: somebody here, or the provider at every sign-in anew. */
  roleFrom: z.enum(["people", "provider"]).default("people"),
  /** Argon2id with its parameters and salt; absent for who signs in through the provider alone. */
  passwordHash: z.string().optional(),
  /** Who they are at the OpenID provider: issuer and subject. */
  subject: z.string().optional(),
  /** Sessions of another era are over; drawn anew whenever role or password change. */
  era: z.string(),
  createdAtMs: z.int(),
  lastSignInAtMs: z.int().optional(),
});

/** Somebody who may use the operators' window; never with their password. */
export type Person = Readonly<z.infer<typeof keptPersonSchema>> & { readonly name: string };

/** Everybody, by name. */
export type People = ReadonlyMap<string, Person>;

/** One change of the book. */
export type PeopleChange = { readonly save: Person } | { readonly remove: string };

/** Finds one person; undefined when there is none of that name. */
export async function readPerson(redis: Redis, name: string): Promise<Person | undefined> {
  if (!operatorNameSchema.safeParse(name).success) {
    return undefined;
  }
  const text = await redis.hget(keyspace.operators(), name);
  return text === null ? undefined : parsePerson(name, text);
}

/** Reads everybody. */
export async function listPeople(redis: Redis): Promise<People> {
  return (await readBook(redis)).people;
}

/**
 * Changes the book by what is decided from everybody in it; decided anew when somebody else was faster.
 *
 * What `decide` throws leaves the book as it was; undefined from it changes nothing.
 */
export async function changePeople<Change extends PeopleChange | undefined>(
  redis: Redis,
  decide: (people: People) => Change,
): Promise<Change> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { people, revision } = await readBook(redis);
    const change = decide(people);
    if (change === undefined || (await commit(redis, revision, change))) {
      return change;
    }
  }
  throw new StateContendedError("The people were changed by too many at once");
}

function commit(redis: Redis, revision: string, change: PeopleChange): Promise<boolean> {
  const key = keyspace.operators();
  const next = String(Number(revision) + 1);
  return commitIfUnchanged(redis, { key, field: REVISION, expected: revision }, [
    ["HSET", key, REVISION, next],
    "save" in change
      ? ["HSET", key, change.save.name, personText(change.save)]
      : ["HDEL", key, change.remove],
  ]);
}

async function readBook(redis: Redis) {
  const { [REVISION]: revision = "", ...kept } = await redis.hgetall(keyspace.operators());
  const people = new Map(
    Object.entries(kept).map(([name, text]) => [name, parsePerson(name, text)] as const),
  );
  return { people, revision };
}

function parsePerson(name: string, text: string): Person {
  return { name, ...keptPersonSchema.parse(JSON.parse(text)) };
}

function personText({ name: _, ...kept }: Person): string {
  return JSON.stringify(kept);
}
