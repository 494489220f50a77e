import { type Finding, fail, ok, warn } from "./finding.ts";
import type { UsedCalls } from "./org-under-check.ts";

const WARN_FROM = 0.6;
const FAIL_FROM = 0.95;

/** Says how much of the org's daily API calls is used, by everybody together. Pure. */
export function checkApiShare(usage: UsedCalls | undefined): Finding {
  if (usage === undefined) {
    return warn("api-share", {
      message: "The org did not say how many of its API calls are used",
      whatToDo: "Look at Setup, Company Information, API Requests, Last 24 Hours",
    });
  }
  const message = `${usage.used.toLocaleString("en-US")} of ${usage.limit.toLocaleString("en-US")} API calls of the last 24 hours are used (${Math.round(usage.share * 100)} %)`;
  if (usage.share >= FAIL_FROM) {
    const whatToDo =
      "Find who makes the calls (Setup, System Overview) or raise the limit; until then records cannot be read reliably";
    return fail("api-share", { message, whatToDo });
  }
  if (usage.share >= WARN_FROM) {
    const whatToDo =
      "Find who makes the calls (Setup, System Overview); a larger reconcile.everySeconds saves some of ours";
    return warn("api-share", { message, whatToDo });
  }
  return ok("api-share", message);
}
