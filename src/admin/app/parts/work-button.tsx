import { useMe } from "../use-me.ts";
import { Icon } from "./icon.tsx";
import type { IconName } from "./icon-paths.ts";

/** A button that starts work. */
export interface WorkButtonProps {
  readonly onClick: () => void;
  readonly isBusy?: boolean;
  readonly icon?: IconName;
  /** Only who has this role is offered it; the bridge refuses everybody else anyway. */
  readonly needs?: "operator" | "admin";
  readonly look?: "strong" | "danger" | "plain";
  /** What it is about, for who does not see the place it stands in. */
  readonly about?: string;
  readonly children: string | readonly string[];
}

/** A button that says when its work is under way; it keeps the focus meanwhile. */
export function WorkButton({
  onClick,
  isBusy = false,
  icon,
  needs,
  look,
  about,
  children,
}: WorkButtonProps) {
  const me = useMe();
  const isOffered = needs === undefined || (needs === "admin" ? me.isAdmin : me.mayChange);
  return isOffered ? (
    <button
      type="button"
      class={`small ${look ?? ""}`}
      aria-busy={isBusy}
      aria-disabled={isBusy}
      {...(about === undefined ? {} : { "aria-label": `${[children].flat().join("")}: ${about}` })}
      onClick={onClick}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  ) : null;
}
