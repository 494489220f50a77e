import type { Connection } from "../domain/connection.ts";
import type { BegunSignIn, RepSignIn } from "../domain/rep-sign-in.ts";
import { OrgAccessError } from "./org-errors.ts";
import {
  type RepSignInApp,
  type RepSignInCallback,
  signInRep,
  signInRepUrl,
} from "./sign-in-rep.ts";

/** What reps' sign-ins need. */
export interface RepSignInDeps {
  readonly connections: ReadonlyMap<string, Connection>;
  readonly publicUrl: URL;
  /** How long one answer of Salesforce may take. */
  readonly timeoutMs?: number;
}

/** Salesforce, as far as signing reps in goes; connections are named. */
export interface RepSignInDesk {
  readonly begin: (connection: string, state: string) => BegunSignIn | undefined;
  readonly finish: (connection: string, callback: RepSignInCallback) => Promise<RepSignIn>;
}

/** Opens the sign-ins of all connections; nothing is called before somebody signs in. */
export function openRepSignIn({ connections, publicUrl, timeoutMs }: RepSignInDeps): RepSignInDesk {
  const redirectUri = new URL("/rep/sign-in/callback", publicUrl).href;
  const appOf = (name: string): RepSignInApp | undefined => {
    const connection = connections.get(name);
    return connection === undefined
      ? undefined
      : { connection, redirectUri, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  };
  return {
    begin: (name, state) => {
      const app = appOf(name);
      return app === undefined ? undefined : signInRepUrl(app, state);
    },
    finish: async (name, callback) => {
      const app = appOf(name);
      if (app === undefined) {
        throw new OrgAccessError(name, { detail: "the connection is not configured any more" });
      }
      return signInRep(app, callback);
    },
  };
}
