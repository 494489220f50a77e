import { api } from "./calls.js";
import { actionButton, el, icon, note } from "./dom.js";
import { platform } from "./platform.js";
import { copyable, healthLine, more, steps } from "./setup-parts.js";

const APPS = {
  ios: "https://apps.apple.com/us/app/ntfy/id1625396347",
  android: "https://play.google.com/store/apps/details?id=io.heckel.ntfy",
};

/** Ways that need fewer taps, for who wants them. */
export function moreStep({ me, next }) {
  return {
    nodes: [
      el(
        "p",
        { class: "lead" },
        "Alerts of this page take two taps. These ways take fewer; both are optional.",
      ),
      me.ntfy === null ? "" : ntfyCard(me.ntfy),
      automationCard(),
      actionButton("Go on", next),
    ],
  };
}

/** The end: what works, in one look. */
export async function doneStep({ go, reload }) {
  const { devices } = await reload();
  const here = devices.find(({ isThis }) => isThis);
  return {
    nodes: [
      el(
        "section",
        { class: "card" },
        el("h2", {}, here?.label ?? "This device"),
        here === undefined
          ? healthLine({
              level: "warn",
              text: "This device gets no alerts; the button on the page works.",
            })
          : healthLine(here.health),
      ),
      el(
        "p",
        { class: "lead" },
        "When a visit begins you get an alert. You can also just open this app: the button is there.",
      ),
      actionButton("Show today", () => go("")),
    ],
  };
}

/** One tap: the ntfy app opens the link itself. */
export function ntfyCard({ serverUrl }) {
  const place = el("div", { class: "stack" });
  const enrol = async () => {
    const { subscribe } = await api("/devices", { method: "POST", body: { channel: "ntfy" } });
    button.remove();
    place.replaceChildren(...ntfySteps(subscribe));
  };
  const button = actionButton("Set up ntfy", enrol, { class: "button second" });
  return more(
    "One tap: the ntfy app",
    el(
      "p",
      {},
      `A free app whose alerts open Siro directly. Its server (${new URL(serverUrl).host}) sees the text of the alerts.`,
    ),
    place,
    button,
  );
}

function ntfySteps({ serverUrl, topic, url }) {
  const app = APPS[platform()];
  const get =
    app === undefined
      ? "Install the ntfy app on your phone."
      : el("a", { href: app, rel: "noreferrer" }, "Install the ntfy app");
  return [
    steps(
      [el("p", {}, get)],
      [
        el("p", {}, "Subscribe to this topic. It is yours alone; keep it to yourself."),
        platform() === "android" && /^(ntfy|https):/.test(url)
          ? el("a", { class: "button second", href: url, rel: "noreferrer" }, "Open in ntfy")
          : undefined,
        copyable("Topic", topic),
        copyable("Server", serverUrl),
      ],
      [el("p", {}, "Back here: Devices, then Send a test alert.")],
    ),
  ];
}

/** No tap: an automation on the phone asks for the link and opens it. */
export function automationCard() {
  const place = el("div", { class: "stack" });
  const create = async () => {
    const { token } = await api("/devices", {
      method: "POST",
      body: { channel: "pull", label: "Phone automation" },
    });
    button.remove();
    place.replaceChildren(...tokenParts(token));
  };
  const button = actionButton("Create a token", create, { class: "button second" });
  return more(
    "No tap: a phone automation",
    el(
      "p",
      {},
      "Shortcuts on an iPhone, MacroDroid or Tasker on Android: when you arrive, or when the car disconnects, the phone asks for the link and opens it.",
    ),
    place,
    button,
  );
}

/** A token, shown this once, and what to do with it. */
export function tokenParts(token) {
  return [
    note("warn", icon("warn"), el("p", {}, "Copy it now: it is shown only this once.")),
    copyable("Address", `${location.origin}/v1/next-link`),
    copyable("Header Authorization", `Bearer ${token}`),
    steps(
      ["Make an automation with the trigger you like, and let it run without asking."],
      ["Get the contents of the address (GET) with the header Authorization."],
      ["If the answer is not empty, open it as a URL. That is all."],
    ),
  ];
}
