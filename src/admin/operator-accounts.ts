import { createHmac, randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { changePeople, type Person, readPerson } from "../books/operator-book.ts";
import { FIRST_ADMIN, type Operator } from "../domain/operator.ts";
import { isSameSecret } from "../http/is-same-secret.ts";
import { hashPassword, isPassword } from "./password-hash.ts";

/** Somebody who can sign in, as they are now. */
export interface Account extends Operator {
  /** Sessions of another era are over. */
  readonly era: string;
  readonly signsInWith: "first-password" | "password" | "provider";
}

/** What accounts need from the world. */
export interface AccountsDeps {
  readonly redis: Redis;
  readonly secretKey: Buffer;
  readonly adminPassword: string | undefined;
  readonly nowMs: () => number;
}

/** Everybody who can sign in: the people of the book, and the first admin. */
export interface Accounts {
  /** Undefined for a name that nobody can sign in with. */
  find(name: string): Promise<Account | undefined>;
  /** Undefined when name and password do not belong together, whichever of them is wrong; in about the same time. */
  check(name: string, password: string): Promise<Account | undefined>;
  /** Notes that somebody signed in. */
  noteSignIn(name: string): Promise<void>;
}

/** Opens the accounts. */
export function openAccounts(deps: AccountsDeps): Accounts {
  const { redis, adminPassword, nowMs } = deps;
  // Hashed beforehand: an unknown name must not be slower the first time either.
  const nobodysHash = hashPassword(randomBytes(16).toString("base64"));
  const find = async (name: string) =>
    name === FIRST_ADMIN ? firstAdmin(deps) : accountOf(await readPerson(redis, name));
  return {
    find,
    check: async (name, password) => {
      if (name === FIRST_ADMIN) {
        const isRight = adminPassword !== undefined && isSameSecret(password, adminPassword);
        return isRight ? find(name) : undefined;
      }
      // Read before it is compared: who changes the password meanwhile draws another era, and this one opens nothing.
      const person = await readPerson(redis, name);
      const isRight = await isPassword(password, person?.passwordHash ?? (await nobodysHash));
      return isRight && person?.passwordHash !== undefined ? accountOf(person) : undefined;
    },
    noteSignIn: async (name) => {
      const lastSignInAtMs = nowMs();
      await changePeople(redis, (people) => {
        const person = people.get(name) ?? firstAdminsPlace(name, lastSignInAtMs);
        return person === undefined ? undefined : { save: { ...person, lastSignInAtMs } };
      });
    },
  };
}

/** The book keeps of the first admin when they signed in, and nothing that counts. */
function firstAdminsPlace(name: string, createdAtMs: number): Person | undefined {
  return name === FIRST_ADMIN
    ? { name, role: "admin", roleFrom: "people", era: "", createdAtMs }
    : undefined;
}

function accountOf(person: Person | undefined): Account | undefined {
  if (person === undefined) {
    return undefined;
  }
  const { name, role, era, passwordHash } = person;
  return { name, role, era, signsInWith: passwordHash === undefined ? "provider" : "password" };
}

function firstAdmin({ secretKey, adminPassword }: AccountsDeps): Account | undefined {
  if (adminPassword === undefined) {
    return undefined;
  }
  return {
    name: FIRST_ADMIN,
    role: "admin",
    // A new password ends the sessions of the old one.
    era: createHmac("sha256", secretKey).update(`era\n${adminPassword}`).digest("base64url"),
    signsInWith: "first-password",
  };
}
