import { api } from "./calls.js";
import { actionButton, el, icon, note, say } from "./dom.js";
import { doneStep, moreStep } from "./extras.js";
import { installStep } from "./install.js";
import { clearNotice } from "./notice.js";
import { isInstalled, platform } from "./platform.js";
import { alertsState, turnAlertsOn } from "./push.js";
import { blockedSteps } from "./setup-parts.js";

/** How long an alert usually takes at most; then the rep hears what may be wrong. */
const PATIENCE_MS = 20_000;

const STEPS = [
  {
    name: "install",
    title: platform() === "ios" ? "Add it to your Home Screen" : "Install the app",
    build: installStep,
  },
  { name: "alerts", title: "Turn on alerts", build: alertsStep },
  { name: "test", title: "Try it", build: testStep },
  { name: "more", title: "Even fewer taps", build: moreStep },
  { name: "done", title: "You are set", build: doneStep },
];

/** The steps from a known rep to a phone that is told of visits. The address names the step. */
export async function setupView(app, [name]) {
  const list = stepsHere();
  const at = Math.max(
    0,
    list.findIndex((step) => step.name === name),
  );
  const step = list[at];
  const next = list[at + 1];
  const context = {
    ...app,
    next: () => app.go(next === undefined ? "" : `setup/${next.name}`),
    skip: (label) => (next === undefined ? undefined : skipLink(label, `#/setup/${next.name}`)),
  };
  const { nodes, stop } = await step.build(context);
  return {
    title: step.title,
    stop,
    nodes: [
      progress(at, list.length),
      el("header", { class: "head" }, el("h1", { tabindex: "-1" }, step.title)),
      ...nodes,
    ],
  };
}

/** An iPhone goes on inside the installed app; an app that is installed needs no installing. */
function stepsHere() {
  if (isInstalled()) {
    return STEPS.slice(1);
  }
  return platform() === "ios" ? STEPS.slice(0, 1) : STEPS;
}

function progress(at, count) {
  const dots = Array.from({ length: count }, (_, index) =>
    el("span", { class: index <= at ? "past" : "" }),
  );
  return count === 1
    ? ""
    : el(
        "div",
        { class: "progress" },
        el("p", { class: "quiet" }, `Step ${at + 1} of ${count}`),
        el("div", { class: "dots", "aria-hidden": "true" }, ...dots),
      );
}

function skipLink(label, href) {
  return el("a", { class: "button plain", href }, label);
}

async function alertsStep({ me, next, skip, go, show }) {
  const state = await alertsState();
  if (me.vapidPublicKey === null || state === "unsupported" || state === "needs-install") {
    const text =
      me.vapidPublicKey === null
        ? "Your operator has not turned on alerts by this page. The next steps show other ways."
        : "This browser cannot show alerts. Use another one, or one of the other ways.";
    return {
      nodes: [
        note("warn", icon("warn"), el("p", {}, text)),
        actionButton("Go on", () => go("setup/more")),
      ],
    };
  }
  if (state === "blocked") {
    return blocked(skip);
  }
  const press = async () => {
    if ((await turnAlertsOn(me)) === "on") {
      clearNotice();
      say("Alerts are on");
      next();
    } else {
      await show();
    }
  };
  return {
    nodes: [
      el(
        "p",
        { class: "lead" },
        "A short alert when a visit begins or ends. Nothing else is ever sent.",
      ),
      state === "on"
        ? note("good", icon("done"), el("p", {}, "Alerts are on for this device."))
        : el("p", { class: "quiet" }, "The phone asks for your permission. Tap Allow."),
      state === "on" ? actionButton("Go on", next) : actionButton("Turn on alerts", press),
      state === "on" ? "" : skip("Not now"),
    ],
  };
}

function blocked(skip) {
  return {
    nodes: [
      note(
        "warn",
        icon("warn"),
        el("p", {}, el("strong", {}, "Alerts are blocked in this browser's settings.")),
      ),
      el("section", { class: "card" }, el("h2", {}, "Allow them again"), blockedSteps(platform())),
      actionButton("I have allowed them", () => location.reload()),
      skip("Go on without alerts"),
    ],
  };
}

function testStep({ next, skip }) {
  const outcome = el("div", { class: "stack", role: "status" });
  const listening = new AbortController();
  let askedAtMs;
  let waiting;
  navigator.serviceWorker?.addEventListener(
    "message",
    ({ data }) => {
      if (data?.type === "shown" && data.kind === "test" && askedAtMs !== undefined) {
        clearTimeout(waiting);
        say("The test alert arrived");
        outcome.replaceChildren(arrived(data.atMs - askedAtMs));
        button.textContent = "Send it again";
        button.classList.add("second");
        outcome.after(proceed);
        later.remove();
      }
    },
    { signal: listening.signal },
  );
  const button = actionButton("Send a test alert", async () => {
    askedAtMs = Date.now();
    clearTimeout(waiting);
    outcome.replaceChildren(el("p", { class: "quiet" }, "Sent. Waiting for it to arrive…"));
    try {
      outcome.append(...troubles((await api("/test-prompt", { method: "POST" })).devices));
    } catch (error) {
      outcome.replaceChildren();
      throw error;
    }
    waiting = setTimeout(() => outcome.replaceChildren(nothingCame()), PATIENCE_MS);
  });
  const proceed = actionButton("Go on", next);
  const later = skip("Skip");
  return {
    stop: () => {
      clearTimeout(waiting);
      listening.abort();
    },
    nodes: [
      el("p", { class: "lead" }, "See what an alert looks like on this phone. It records nothing."),
      outcome,
      button,
      later,
    ],
  };
}

function arrived(ms) {
  const seconds = Math.max(0.1, ms / 1000).toFixed(1);
  return note("good", icon("done"), el("p", {}, `It arrived after ${seconds} seconds.`));
}

function troubles(devices) {
  return devices
    .filter(({ outcome }) => outcome !== "accepted")
    .map(({ channel, answer }) => note("warn", icon("warn"), el("p", {}, `${channel}: ${answer}`)));
}

function nothingCame() {
  return note(
    "warn",
    icon("warn"),
    el(
      "p",
      {},
      "Nothing has arrived so far. Is a Focus or Do not disturb on, or is the battery saver? Turn it off and try again.",
    ),
  );
}
