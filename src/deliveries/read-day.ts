import type { RepState } from "../books/rep-state.ts";
import type { Receipt } from "../domain/receipt.ts";
import type { Rep } from "../domain/rep.ts";
import type { RepDay } from "../domain/rep-day.ts";
import { composeDay, visitsOfDay } from "./compose-day.ts";
import { isVisitOver } from "./is-visit-over.ts";
import type { IssuedLink } from "./issue-link.ts";
import type { FoundPrompt } from "./prompt-change.ts";

/** What reading a day needs from the world; all of it about one rep. */
export interface ReadDayDeps {
  readonly readRep: () => Promise<Rep | undefined>;
  readonly readRepState: () => Promise<RepState>;
  readonly readReceipts: (recordId: string) => Promise<readonly Receipt[]>;
  readonly issueLink: (live: FoundPrompt) => IssuedLink;
}

/** The zone of a rep whose own is not known, as in messages: any other would be a guess. The page names it. */
const UNKNOWN_TIME_ZONE = "UTC";

/** Reads a rep's day as it is now, with the link of the prompt that is live. Changes nothing. */
export async function readDay(deps: ReadDayDeps, userId: string): Promise<RepDay> {
  const [rep, state] = await Promise.all([deps.readRep(), deps.readRepState()]);
  const timeZone = rep?.timeZone ?? UNKNOWN_TIME_ZONE;
  // A visit without a prompt that was ever offered has no evidence either.
  const told = visitsOfDay({ state, userId, timeZone }).filter(({ prompts }) =>
    prompts.some((prompt) => prompt.state !== "waiting"),
  );
  const receipts = await Promise.all(
    told.map(({ stored }) => deps.readReceipts(stored.appointment.recordId)),
  );
  return composeDay({
    state,
    userId,
    timeZone,
    receipts: receipts.flat(),
    linkOf: (live) => linkOf(deps, live, state.nowMs),
  });
}

function linkOf({ issueLink }: ReadDayDeps, live: FoundPrompt, nowMs: number): string | undefined {
  if (isVisitOver(live.visit.stored.appointment, live.prompt, nowMs)) {
    return undefined;
  }
  const link = issueLink(live);
  return link.kind === "issued" ? link.url : undefined;
}
