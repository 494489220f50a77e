import type { RepSignInRefusal } from "../domain/rep-sign-in.ts";
import type { BridgeError } from "../errors.ts";
import { errorReply } from "../http/error-reply.ts";
import { RequestError } from "../http/request-error.ts";
import type { Reply } from "../http/route.ts";
import { type RepPage, renderPage } from "./render-page.ts";

const AGAIN = { label: "Start again", href: "/rep" } as const;

const REFUSED: Readonly<Record<RepSignInRefusal | "denied", RepPage>> = {
  stale: {
    heading: "This sign-in has expired",
    text: "It was used before, took longer than ten minutes, or was begun in another browser. Begin anew here.",
  },
  denied: {
    heading: "Salesforce did not let you in",
    text: "You declined, or your user may not use this app. Try again, or ask your administrator.",
  },
  "other-org": {
    heading: "That was another organization",
    text: "You are signed in to Salesforce with a user of another organization. Sign out there and use your work user.",
  },
  inactive: {
    heading: "Your Salesforce user is not active",
    text: "Ask your administrator to activate it, then sign in again.",
  },
};

/** By error code; what is not here went wrong on our side. */
const BROKEN: Readonly<Record<string, RepPage>> = {
  ORG_UNAVAILABLE: {
    heading: "Salesforce does not answer",
    text: "It is down or busy just now. Wait a minute, then try again.",
  },
  ORG_ACCESS_REFUSED: {
    heading: "Sign-in is not set up right",
    text: "Salesforce refuses this app, so trying again will not help. Tell your administrator.",
  },
  TOO_MANY_REQUESTS: {
    heading: "Too many tries",
    text: "Wait a quarter of an hour, then try again.",
  },
};

const OURS: RepPage = {
  heading: "Something went wrong here",
  text: "You are not signed in. Wait a minute, then try again.",
};

/** The page for a connection that offers no sign-in, or does not exist. */
export function signInMissingPage(): Reply {
  return renderPage(404, {
    heading: "There is no sign-in here",
    text: "Ask your administrator for an invite, or for the right address.",
  });
}

/** The page for a sign-in that ended without a session: says what to do, repeats nothing that came in. */
export function signInRefusedPage(why: RepSignInRefusal | "denied"): Reply {
  return renderPage(why === "stale" ? 400 : 403, { ...REFUSED[why], button: AGAIN });
}

/** The page for a sign-in that broke: 502 when it was Salesforce. */
export function signInBrokenPage(error: BridgeError): Reply {
  const { status, headers } = errorReply(error);
  const isOrg = !(error instanceof RequestError) && error.code.startsWith("ORG_");
  const page = renderPage(isOrg ? 502 : status, { ...(BROKEN[error.code] ?? OURS), button: AGAIN });
  return { ...page, headers: { ...page.headers, ...headers } };
}
