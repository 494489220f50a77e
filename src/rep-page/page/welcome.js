import { api } from "./calls.js";
import { actionButton, el, icon, note } from "./dom.js";
import { isInAppBrowser, platform, properBrowser } from "./platform.js";
import { copyable } from "./setup-parts.js";

const CODE_LETTERS = 8;

/** What a rep sees who is not known here yet: the ways in. */
export function signedOutView(app, { signIn = [], reason } = {}) {
  const ways = signIn.map(({ connection, url }) =>
    el(
      "a",
      { class: "button", href: url },
      signIn.length > 1 ? `Sign in with Salesforce (${connection})` : "Sign in with Salesforce",
    ),
  );
  return {
    title: "Sign in",
    nodes: [
      el(
        "header",
        { class: "head" },
        el("h1", { tabindex: "-1" }, "Set up this device"),
        el("p", { class: "quiet" }, "Your recording button, when a visit begins."),
      ),
      reason === undefined ? "" : note("warn", icon("warn"), el("p", {}, reason)),
      el(
        "section",
        { class: "card" },
        el("h2", {}, "Got an invitation?"),
        el("p", {}, "Open the link that your operator sent you, on this device."),
      ),
      pairingForm(app),
      ways.length === 0
        ? ""
        : el("section", { class: "card" }, el("h2", {}, "Or use your work account"), ...ways),
    ],
  };
}

/** The page of an invitation, by its token as the address has it. Looking uses nothing up; the button does. */
export async function inviteView(app, token) {
  const { rep } = await api(`/invites/${token}`);
  const name = rep.name?.trim().split(/\s+/)[0];
  const head = el(
    "header",
    { class: "head" },
    el("h1", { tabindex: "-1" }, name ? `Hello ${name}` : "Hello"),
    el(
      "p",
      { class: "lead" },
      "When a visit begins, this phone tells you, and one button starts the recording in Siro.",
    ),
  );
  const accept = async () => {
    await api(`/invites/${token}`, { method: "POST" });
    await app.enter("setup");
  };
  if (isInAppBrowser()) {
    return { title: "Invitation", nodes: [head, elsewhere(accept)] };
  }
  return {
    title: "Invitation",
    nodes: [
      head,
      el(
        "ul",
        { class: "ticks card" },
        tick("Takes about two minutes."),
        tick("This link works once, on one device."),
        tick("Siro stays in charge of the recording; this page only opens it."),
      ),
      actionButton(`Set up this ${platform() === "desktop" ? "computer" : "phone"}`, accept),
    ],
  };
}

/** An invitation that cannot be used, whatever the reason. */
export function deadInviteView(app, isSignedIn) {
  return {
    title: "Invitation",
    nodes: [
      el(
        "header",
        { class: "head" },
        el("h1", { tabindex: "-1" }, "This invitation does not work"),
        el(
          "p",
          { class: "lead" },
          "It was used already, it is too old, or its address is not complete. Ask your operator for a new one.",
        ),
      ),
      isSignedIn
        ? actionButton("Open today", () => app.enter(""))
        : el("div", { class: "stack" }, pairingForm(app)),
    ],
  };
}

function pairingForm(app) {
  const input = el("input", {
    id: "code",
    name: "code",
    class: "code",
    required: true,
    autocomplete: "one-time-code",
    autocapitalize: "characters",
    autocorrect: "off",
    spellcheck: "false",
    maxlength: "12",
    "aria-describedby": "code-hint",
  });
  const submit = actionButton(
    "Connect",
    async () => {
      await pair(input.value);
      await app.enter("setup");
    },
    { class: "button second" },
  );
  const form = el(
    "form",
    {
      class: "card",
      novalidate: true,
      submit: (event) => {
        event.preventDefault();
        submit.click();
      },
    },
    el("h2", {}, "Got a pairing code?"),
    el("label", { for: "code" }, "Pairing code"),
    input,
    el(
      "p",
      { id: "code-hint", class: "quiet" },
      `${CODE_LETTERS} letters and digits, in any case.`,
    ),
    submit,
  );
  return form;
}

/**
 * Connects this browser by a code from another one.
 *
 * @throws {Error} with words for the rep
 */
export async function pair(text) {
  const code = text.replaceAll(/[^0-9a-z]/gi, "");
  if (code.length !== CODE_LETTERS) {
    throw new Error(`A pairing code has ${CODE_LETTERS} letters and digits.`);
  }
  try {
    await api("/pair", { method: "POST", body: { code } });
  } catch (error) {
    if (error.status === 404) {
      throw new Error("This code is not known. It works once, for an hour; get a new one.", {
        cause: error,
      });
    }
    throw error;
  }
}

function elsewhere(accept) {
  const browser = properBrowser();
  return el(
    "div",
    { class: "stack" },
    el(
      "section",
      { class: "card" },
      el("h2", {}, `Open this page in ${browser}`),
      el(
        "p",
        {},
        `You are in the browser of another app, which cannot show alerts. Copy the link, open ${browser} and paste it there. The invitation is still unused.`,
      ),
      copyable("Link", location.href),
    ),
    actionButton("Set up here anyway", accept, { class: "button second" }),
  );
}

function tick(text) {
  return el("li", {}, icon("done"), text);
}
