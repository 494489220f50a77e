import type { ComponentChildren } from "preact";
import { useMe } from "../use-me.ts";
import { Loading, Note } from "./messages.tsx";

/** Shows its part of a page to admins; to anybody else it says why there is nothing, as the bridge itself would. */
export function ForAdmins({ children }: { readonly children: ComponentChildren }) {
  const { name, role, isAdmin } = useMe();
  if (isAdmin) {
    return <>{children}</>;
  }
  return name === "" ? (
    <Loading />
  ) : (
    <Note tone="bad" role="alert">
      <p>This needs the role admin; yours is {role}. An admin can change it under People.</p>
    </Note>
  );
}
