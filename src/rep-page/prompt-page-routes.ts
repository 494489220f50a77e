import type { Request } from "express";
import type { LinkOffer, OfferClosedReason, RepReturn } from "../domain/link-offer.ts";
import type { PromptAction } from "../domain/prompt.ts";
import type { Reply, Route } from "../http/route.ts";
import type { StrangerLimit } from "../http/stranger-limit.ts";
import { isProgram, isSeen } from "./is-seen.ts";
import { type RepPage, renderPage } from "./render-page.ts";

/** What the pages need; `isSeen` is false for a look without a person, and then nothing is recorded. */
export interface PromptPageDeps {
  readonly openPrompt: (token: string, isSeen: boolean) => Promise<LinkOffer>;
  readonly returnRep: (token: string, isSeen: boolean) => Promise<RepReturn>;
  readonly strangers: StrangerLimit;
}

const BUTTONS: Readonly<Record<PromptAction, string>> = {
  start: "Start recording",
  stop: "Stop recording",
  restart: "Start next recording",
};

const CLOSED: Readonly<Record<OfferClosedReason, RepPage>> = {
  "not-yet": {
    heading: "A little early",
    text: "This link opens shortly before the visit begins. Come back then.",
  },
  expired: {
    heading: "This link has expired",
    text: "Its time is over. Open the Siro app if you still want to record.",
  },
  superseded: {
    heading: "There is a newer link",
    text: "Your appointments changed after this link was sent. Use the newest one you got.",
  },
  "visit-over": {
    heading: "This visit is over",
    text: "The appointment has ended or was called off. There is nothing to do here.",
  },
  "no-link": {
    heading: "There is no link for this visit",
    text: "The link could not be made. Open the Siro app, and tell your administrator.",
  },
};

const UNKNOWN: RepPage = {
  heading: "Nothing to see here",
  text: "This address is not known, or it is more than a day old.",
};

const TOO_MANY: RepPage = {
  heading: "Too many old links",
  text: "Wait a quarter of an hour, or open the newest link you got.",
};

type KnownOffer = Exclude<LinkOffer, { readonly kind: "unknown" }>;
type KnownReturn = Exclude<RepReturn, { readonly kind: "unknown" }>;

const ASKED = "show";

const PREVIEW: RepPage = {
  heading: "Your appointment",
  text: "The button for your recording is one tap away.",
  button: { label: "Show it", href: `?${ASKED}` },
};

/** The routes of the pages behind a prompt's token: `/go/` before Siro, `/done/` after it. */
export function promptPageRoutes(deps: PromptPageDeps): readonly Route[] {
  const { openPrompt, returnRep, strangers } = deps;
  return [
    {
      method: "get",
      path: "/go/:token",
      handle: async (request) => {
        const offer = await openPrompt(tokenOf(request), isSeen(request));
        if (offer.kind === "unknown") {
          return unknownPage(strangers, request);
        }
        return isProgram(request) && !isAsked(request) ? previewPage(offer) : offerPage(offer);
      },
    },
    {
      method: "get",
      path: "/done/:token",
      handle: async (request) => {
        const outcome = await returnRep(tokenOf(request), isSeen(request));
        return outcome.kind === "unknown" ? unknownPage(strangers, request) : returnPage(outcome);
      },
    },
  ];
}

/** What a preview or a scanner gets: neither the customer's name nor the link, which has it, too. */
function previewPage(offer: KnownOffer): Reply {
  return offer.kind === "open" ? renderPage(200, PREVIEW) : offerPage(offer);
}

/** A person who was taken for a program pressed the button of the preview. */
function isAsked({ query }: Request): boolean {
  return query[ASKED] !== undefined;
}

function offerPage(offer: KnownOffer): Reply {
  if (offer.kind === "closed") {
    return renderPage(offer.why === "not-yet" ? 200 : 410, CLOSED[offer.why]);
  }
  const heading = offer.title.trim() === "" ? "Your appointment" : offer.title;
  return renderPage(200, {
    // Tabs, histories and previews show it to others.
    title: BUTTONS[offer.action],
    heading,
    text: "One tap, and Siro does the rest.",
    button: { label: BUTTONS[offer.action], href: offer.url },
  });
}

function returnPage(outcome: KnownReturn): Reply {
  if (outcome.kind === "stay") {
    return renderPage(200, { heading: "All done", text: "You can close this page." });
  }
  return {
    status: 302,
    headers: {
      location: outcome.url,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    },
  };
}

function unknownPage(strangers: StrangerLimit, request: Request): Reply {
  const tooMany = strangers.count(request);
  if (tooMany === undefined) {
    return renderPage(404, UNKNOWN);
  }
  const page = renderPage(tooMany.status, TOO_MANY);
  return { ...page, headers: { ...page.headers, ...tooMany.headers } };
}

function tokenOf({ params }: Request): string {
  return String(params["token"] ?? "");
}
