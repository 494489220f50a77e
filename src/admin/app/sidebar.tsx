import { Icon } from "./parts/icon.tsx";
import type { IconName } from "./parts/icon-paths.ts";
import type { Place } from "./place.ts";
import type { LiveOverview } from "./watch-overview.ts";

interface NavLink {
  readonly href: string;
  readonly word: string;
  readonly icon: IconName;
}

const LINKS: readonly NavLink[] = [
  { href: "/admin", word: "Overview", icon: "overview" },
  { href: "/admin/appointments", word: "Appointments", icon: "today" },
  { href: "/admin/parked", word: "Parked", icon: "parked" },
  { href: "/admin/reps", word: "Reps", icon: "people" },
  { href: "/admin/queues/", word: "Queues", icon: "queues" },
];

/** The brand, the way to every page, and the way out; on a phone the ways lie at the bottom. */
export function Sidebar({ place, live }: { readonly place: Place; readonly live: LiveOverview }) {
  const connections = live.overview?.connections ?? [];
  const parked = connections.reduce((sum, connection) => sum + connection.parked, 0);
  return (
    <header class="side">
      <a class="brand" href="/admin">
        <img src="/admin/page/mark.svg" alt="" width="28" height="28" />
        Siro Bridge
      </a>
      <nav aria-label="Pages">
        {LINKS.map((link) => (
          <NavItem
            key={link.href}
            link={link}
            isHere={isHere(link.href, place.path)}
            badge={link.href === "/admin/parked" ? parked : 0}
          />
        ))}
      </nav>
      <form class="leave" method="post" action="/admin/logout">
        <button type="submit" class="small plain">
          <Icon name="signOut" />
          Sign out
        </button>
      </form>
    </header>
  );
}

function NavItem({
  link: { href, word, icon },
  isHere: isCurrent,
  badge,
}: {
  readonly link: NavLink;
  readonly isHere: boolean;
  readonly badge: number;
}) {
  return (
    <a href={href} {...(isCurrent ? { "aria-current": "page" as const } : {})}>
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
