import { useEffect, useState } from "preact/hooks";

/** Where the operator is: path, filters, anchor. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly hash: string;
}

const followers = new Set<() => void>();

/** The place of the address bar; follows the operator. */
export function usePlace(): Place {
  const [place, setPlace] = useState(currentPlace);
  useEffect(() => {
    const follow = () => setPlace(currentPlace());
    followers.add(follow);
    return () => {
      followers.delete(follow);
    };
  }, []);
  return place;
}

/** Goes to another page of this app; `replace` leaves no step behind for the back button. */
export function go(href: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (replace) {
    history.replaceState(null, "", href);
  } else {
    history.pushState(null, "", href);
  }
  tellFollowers();
}

/** The same page with other filters; those that are empty leave the address. */
export function hrefWith(place: Place, changes: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(place.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") {
      query.delete(name);
    } else {
      query.set(name, value);
    }
  }
  const text = query.toString();
  return text === "" ? place.path : `${place.path}?${text}`;
}

/** Lets links between the pages of this app change the page without loading it anew. */
export function followLinks(): void {
  addEventListener("popstate", tellFollowers);
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest("a") : null;
    if (target !== null && isPlainClick(event) && isOwnPage(target) && !isFile(target)) {
      event.preventDefault();
      go(target.href);
    }
  });
}

function currentPlace(): Place {
  return {
    path: location.pathname,
    query: new URLSearchParams(location.search),
    hash: location.hash.slice(1),
  };
}

function tellFollowers(): void {
  for (const follow of followers) {
    follow();
  }
}

function isPlainClick(event: MouseEvent): boolean {
  const isModified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  return event.button === 0 && !isModified && !event.defaultPrevented;
}

/** What is to be saved is no page. */
function isFile(target: HTMLAnchorElement): boolean {
  return target.hasAttribute("download");
}

/** The queue pages are somebody else's app; an anchor on the same page is the browser's own business. */
function isOwnPage({ origin, pathname, search, hash, target }: HTMLAnchorElement): boolean {
  const isHere = pathname === location.pathname && search === location.search && hash !== "";
  const isOurs = /^\/admin(\/(?!queues)|$)/.test(pathname);
  return origin === location.origin && isOurs && target === "" && !isHere;
}
