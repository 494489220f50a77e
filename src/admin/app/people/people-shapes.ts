import type { Role } from "../use-me.ts";

/** Somebody who may use the operators' window. */
export interface Person {
  readonly name: string;
  readonly role: Role;
  /** Absent for the first admin. */
  readonly roleFrom?: "people" | "provider";
  readonly createdAt?: string;
  readonly lastSignInAt?: string;
  readonly signsInWith: readonly ("first-password" | "password" | "provider")[];
}

/** A browser in which somebody is signed in. */
export interface Session {
  readonly id: string;
  readonly name: string;
  readonly since: string;
  readonly lastSeen: string;
  readonly browser: string;
  readonly address: string;
  readonly isThis: boolean;
}
