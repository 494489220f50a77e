import type { Device, Rep } from "../api-shapes.ts";

/** One way to narrow the list of reps. */
export interface RepView {
  /** Stands in the address; empty for everybody. */
  readonly name: string;
  readonly word: string;
  readonly tally: string;
  readonly fits: (rep: Rep) => boolean;
}

/** The ways to look at reps: everybody first. */
export const REP_VIEWS: readonly [RepView, ...RepView[]] = [
  { name: "", word: "Everybody", tally: "known", fits: () => true },
  {
    name: "no-device",
    word: "No device",
    tally: "without a device",
    fits: ({ devices }) => !devices.some(isActive),
  },
  {
    name: "silent",
    word: "Needs a look",
    tally: "with a device that needs a look",
    fits: ({ devices }) =>
      devices.some((device) => device.state !== "revoked" && device.health.level !== "good"),
  },
];

/** The view that an address names; everybody where it names none. */
export function viewOf(name: string | null): RepView {
  return REP_VIEWS.find((view) => view.name === name) ?? REP_VIEWS[0];
}

/** Says whether a rep belongs to a view and fits the words of a search. */
export function isWanted(rep: Rep, { fits }: RepView, words: string): boolean {
  const { userId, name = "", email = "" } = rep;
  const needle = words.trim().toLowerCase();
  return fits(rep) && [userId, name, email].some((text) => text.toLowerCase().includes(needle));
}

/** Says whether prompts can reach a device. */
export function isActive({ state }: Device): boolean {
  return state === "active";
}
