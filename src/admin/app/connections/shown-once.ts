import type { Saved, ShownOnce } from "./connection-shapes.ts";

/** Secrets on their way from the form to the page of the connection; they are kept nowhere else. */
const carried = new Map<string, ShownOnce>();

/** Lets the page of a connection show the secrets that were made with it. */
export function carryShownOnce({ connection: { name }, shownOnce }: Saved): void {
  carried.set(name, shownOnce);
}

/** The secrets to show, once. */
export function takeShownOnce(name: string): ShownOnce {
  const shownOnce = carried.get(name) ?? {};
  carried.delete(name);
  return shownOnce;
}
