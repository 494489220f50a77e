import { api } from "./calls.js";
import { deviceCard } from "./device-card.js";
import { actionButton, el, icon, note, say } from "./dom.js";
import { automationCard, ntfyCard } from "./extras.js";
import { forgetRep } from "./kept.js";
import { clearNotice } from "./notice.js";
import { platform } from "./platform.js";
import { alertsState, turnAlertsOff, turnAlertsOn } from "./push.js";
import { blockedSteps } from "./setup-parts.js";

/** The rep's devices, and how this one stands to alerts. */
export async function devicesView(app) {
  const me = await app.reload();
  const state = await alertsState();
  const devices = me.devices.filter((device) => device.state !== "revoked");
  const cards = devices.map((device) => el("li", {}, deviceCard(device, app)));
  return {
    title: "Devices",
    nodes: [
      el(
        "header",
        { class: "head" },
        el("h1", { tabindex: "-1" }, "Devices"),
        el("p", { class: "quiet" }, `Where ${me.rep.name ?? "you"} gets alerts.`),
      ),
      alertsCard(me, state, app),
      cards.length === 0
        ? el("div", { class: "empty" }, icon("phone"), el("p", {}, "No device gets alerts yet."))
        : el("ul", { class: "stack bare" }, ...cards),
      el(
        "section",
        { class: "stack", "aria-labelledby": "ways" },
        el("h2", { id: "ways" }, "Fewer taps"),
        me.ntfy === null ? "" : ntfyCard(me.ntfy),
        automationCard(),
      ),
      signOutCard(app),
    ],
  };
}

function alertsCard(me, state, app) {
  const turnOn = async () => {
    await turnAlertsOn(me);
    clearNotice();
    await app.show();
  };
  const cards = {
    on: () => [
      note("good", icon("done"), el("p", {}, "Alerts are on for this device.")),
      actionButton("Send a test alert", test, { class: "button second" }),
    ],
    off: () => [
      note("warn", icon("bell"), el("p", {}, "Alerts are off on this device.")),
      actionButton("Turn on alerts", turnOn),
    ],
    blocked: () => [
      note(
        "warn",
        icon("warn"),
        el("p", {}, "Alerts are blocked in this browser's settings. Do this:"),
      ),
      blockedSteps(platform()),
    ],
    "needs-install": () => [
      note(
        "warn",
        icon("phone"),
        el("p", {}, "An iPhone shows alerts only for apps on the Home Screen."),
      ),
      el("a", { class: "button", href: "#/setup/install" }, "Show how"),
    ],
    unsupported: () => [
      note("warn", icon("warn"), el("p", {}, "This browser cannot show alerts.")),
    ],
    none: () => [
      note("", icon("bell"), el("p", {}, "Your operator has not turned on alerts by this page.")),
    ],
  };
  const build = me.vapidPublicKey === null ? cards.none : cards[state];
  return el("section", { class: "stack", "aria-label": "Alerts on this device" }, ...build());
}

async function test() {
  const { devices } = await api("/test-prompt", { method: "POST" });
  const failed = devices.filter(({ outcome }) => outcome !== "accepted");
  if (failed.length > 0) {
    throw new Error(failed.map(({ channel, answer }) => `${channel}: ${answer}`).join("; "));
  }
  say("Test alert sent");
}

function signOutCard(app) {
  const signOut = async () => {
    await api("/sign-out", { method: "POST" });
    await turnAlertsOff().catch(() => undefined);
    forgetRep();
    await app.enter("");
  };
  return el(
    "section",
    { class: "stack" },
    el("p", { class: "quiet" }, "Signing out ends the alerts on this device, too."),
    actionButton("Sign out", signOut, { class: "button plain" }),
  );
}
