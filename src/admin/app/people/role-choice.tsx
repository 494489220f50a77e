import type { IconName } from "../parts/icon-paths.ts";
import type { Role } from "../use-me.ts";
import type { Shown } from "../words.ts";

const ROLES: readonly { readonly role: Role; readonly word: string; readonly may: string }[] = [
  { role: "viewer", word: "Viewer", may: "Sees everything, changes nothing" },
  {
    role: "operator",
    word: "Operator",
    may: "Also replays, invites, sends tests, revokes devices",
  },
  { role: "admin", word: "Admin", may: "Also people, connections and the audit trail" },
];

const ICONS: Readonly<Record<Role, IconName>> = { viewer: "eye", operator: "edit", admin: "key" };

/** A role as it is shown. */
export function shownRole(role: Role): Shown {
  const word = ROLES.find((one) => one.role === role)?.word ?? role;
  return { word, icon: ICONS[role], tone: role === "admin" ? "accent" : "quiet" };
}

/** The choice of a role, each with what it is good for. */
export function RoleChoice({
  role: chosen,
  choose,
}: {
  readonly role: Role;
  readonly choose: (role: Role) => void;
}) {
  return (
    <fieldset class="role-choice">
      <legend>Role</legend>
      {ROLES.map(({ role, word, may }) => (
        <label key={role} class="role">
          <input
            type="radio"
            name="role"
            value={role}
            checked={role === chosen}
            onChange={() => choose(role)}
          />
          <span class="role-text">
            <strong>{word}</strong>
            <small class="quiet">{may}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
