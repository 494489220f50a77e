import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { callApi } from "./call-api.ts";

/** What somebody may do; each role includes those before it. */
export type Role = "viewer" | "operator" | "admin";

/** Who is signed in, and what the page offers them; the bridge itself is the real guard. */
export interface Me {
  /** Empty until the bridge has answered. */
  readonly name: string;
  readonly role: Role;
  /** How they sign in; absent until it is known. */
  readonly signsInWith?: "password" | "first-password" | "provider" | "token";
  /** Things of the day: replays, invites, devices. */
  readonly mayChange: boolean;
  /** People, connections, the audit trail. */
  readonly isAdmin: boolean;
}

/** Before the bridge has answered, nothing is offered that changes anything. */
const NOBODY: Me = { name: "", role: "viewer", mayChange: false, isAdmin: false };

/** Carries who is signed in to every part of the page. */
export const MeContext = createContext<Me>(NOBODY);

/** Asks the bridge once who is signed in. */
export function useAskWhoIAm(): Me {
  const [me, setMe] = useState(NOBODY);
  useEffect(() => {
    callApi<Pick<Me, "name" | "role" | "signsInWith">>("/me").then(
      (answer) =>
        setMe({
          ...answer,
          mayChange: answer.role !== "viewer",
          isAdmin: answer.role === "admin",
        }),
      // Every page says itself that the bridge is away.
      () => undefined,
    );
  }, []);
  return me;
}

/** Who is signed in, and what they may do. */
export function useMe(): Me {
  return useContext(MeContext);
}
