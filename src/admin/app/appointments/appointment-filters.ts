import { boundsOf } from "../moments.ts";

/** Every day there is, in the address of the list. */
export const ANY_DAY = "any";

const ITEMS_AT_ONCE = "50";

/** The day that the list shows: today, unless the address says otherwise or somebody searches. */
export function dayOf(query: URLSearchParams, today: string): string {
  const isSearch = query.has("q") || query.has("rep");
  return query.get("day") ?? (isSearch ? ANY_DAY : today);
}

/** The call that answers the filters of the address. */
export function listCallOf(query: URLSearchParams, today: string): string {
  const call = new URLSearchParams({ limit: ITEMS_AT_ONCE });
  for (const name of ["q", "connection", "rep", "state"]) {
    const value = query.get(name) ?? "";
    if (value !== "") {
      call.set(name, value);
    }
  }
  const bounds = boundsOf(dayOf(query, today));
  if (bounds !== undefined) {
    call.set("from", bounds.from);
    call.set("to", bounds.to);
  }
  return `/appointments?${call}`;
}
