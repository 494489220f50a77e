import { MoreWays } from "./more-ways.tsx";
import { Icon } from "./parts/icon.tsx";
import type { IconName } from "./parts/icon-paths.ts";
import type { Place } from "./place.ts";
import { type Me, useMe } from "./use-me.ts";
import type { LiveOverview } from "./watch-overview.ts";

interface NavLink {
  readonly href: string;
  readonly word: string;
  readonly icon: IconName;
  /** Shown to admins alone. */
  readonly isForAdmins?: true;
  /** On a phone it stands under "More". */
  readonly isRare?: true;
}

const LINKS: readonly NavLink[] = [
  { href: "/admin", word: "Overview", icon: "overview" },
  { href: "/admin/appointments", word: "Appointments", icon: "today" },
  { href: "/admin/parked", word: "Parked", icon: "parked" },
  { href: "/admin/reps", word: "Reps", icon: "people" },
  { href: "/admin/coverage", word: "Coverage", icon: "coverage", isRare: true },
  { href: "/admin/connections", word: "Connections", icon: "plug", isRare: true },
  { href: "/admin/what-if", word: "What if", icon: "plan", isRare: true },
  { href: "/admin/queues/", word: "Queues", icon: "queues", isRare: true },
  { href: "/admin/people", word: "People", icon: "key", isRare: true, isForAdmins: true },
  { href: "/admin/audit", word: "Audit", icon: "audit", isRare: true, isForAdmins: true },
  { href: "/docs", word: "Docs", icon: "book", isRare: true },
];

/** The brand, the way to every page, and the way out; on a phone the ways lie at the bottom. */
export function Sidebar({ place, live }: { readonly place: Place; readonly live: LiveOverview }) {
  const me = useMe();
  const connections = live.overview?.connections ?? [];
  const parked = connections.reduce((sum, connection) => sum + connection.parked, 0);
  const links = LINKS.filter(({ isForAdmins }) => isForAdmins !== true || me.isAdmin);
  const rare = links.filter(({ isRare }) => isRare === true);
  return (
    <header class="side">
      <a class="brand" href="/admin">
        <img src="/admin/page/mark.svg" alt="" width="28" height="28" />
        Siro Bridge
      </a>
      <nav aria-label="Pages">
        {links.map((link) => (
          <NavItem
            key={link.href}
            link={link}
            isHere={isHere(link.href, place.path)}
            badge={link.href === "/admin/parked" ? parked : 0}
          />
        ))}
        <MoreWays links={rare} isHere={rare.some(({ href }) => isHere(href, place.path))} />
      </nav>
      <Leave me={me} isHere={isHere("/admin/account", place.path)} />
    </header>
  );
}

function Leave({ me, isHere: isCurrent }: { readonly me: Me; readonly isHere: boolean }) {
  return (
    <div class="leave">
      <a
        class="own-account"
        href="/admin/account"
        {...(isCurrent ? { "aria-current": "page" as const } : {})}
      >
        <Icon name="person" />
        <span class="own-name">{me.name}</span>
        <span class="unseen">Your account</span>
      </a>
      <form method="post" action="/admin/logout">
        <button type="submit" class="small plain">
          <Icon name="signOut" />
          Sign out
        </button>
      </form>
    </div>
  );
}

function NavItem({
  link: { href, word, icon, isRare },
  isHere: isCurrent,
  badge,
}: {
  readonly link: NavLink;
  readonly isHere: boolean;
  readonly badge: number;
}) {
  return (
    <a
      href={href}
      {...(isRare === true ? { class: "rare" } : {})}
      {...(isCurrent ? { "aria-current": "page" as const } : {})}
    >
      <Icon name={icon} />
      <span>{word}</span>
      {badge === 0 ? null : (
        <span class="badge">
          {badge > 999 ? "999+" : badge}
          <span class="unseen"> waiting for you</span>
        </span>
      )}
    </a>
  );
}

function isHere(href: string, path: string): boolean {
  return href === "/admin" ? path === href : path === href || path.startsWith(`${href}/`);
}
