import { api } from "./calls.js";
import { devicesView } from "./devices.js";
import { actionButton, el, icon, note } from "./dom.js";
import { forgetRep, keptDevice, lastDay } from "./kept.js";
import { fillNotice, freshenAlerts, noticePlace } from "./notice.js";
import { startWorker } from "./push.js";
import { setupView } from "./setup.js";
import { todayView } from "./today.js";
import { deadInviteView, inviteView, pair, signedOutView } from "./welcome.js";

const INVITE = /^\/rep\/invite\/([^/]+)$/;
const VIEWS = { "": todayView, devices: devicesView, setup: setupView };
const TABS = [
  { hash: "#/", icon: "today", text: "Today" },
  { hash: "#/devices", icon: "phone", text: "Devices" },
];
const ENDED =
  "This device was removed or signed out: it gets no alerts any more. Set it up again here, or ask your operator.";

const main = document.querySelector("#view");
const tabs = document.querySelector("#tabs");
let current;
let turn = 0;

/** What views may ask of the page. */
const app = {
  me: undefined,
  go: (name) => {
    location.hash = `#/${name}`;
  },
  show,
  enter,
  signedOut,
  reload: async () => {
    app.me = await api("/me");
    return app.me;
  },
};

// Without it the page works, only not offline and without alerts.
startWorker().catch(() => undefined);
reloadWhenStale();
navigator.serviceWorker?.addEventListener("message", ({ data }) => hear(data));
addEventListener("hashchange", () => show());
const invite = INVITE.exec(location.pathname)?.[1];
await (invite === undefined ? enter() : showInvite(invite));

/** Finds out who this is, then shows what the address asks for. */
async function enter(name) {
  try {
    await app.reload();
  } catch (error) {
    await handleStranger(error);
    return;
  }
  clean(name);
  await show();
  await freshenAlerts(app.me);
}

async function handleStranger(error) {
  if (error.status === 401) {
    await handleSignedOut(error);
  } else if (lastDay() === undefined) {
    put(troubleView(error));
  } else {
    // What was known is better than nothing, and the view says how old it is.
    await show();
  }
}

/** An iPhone's app keeps its first code in its start address for ever: that is no reason to keep the day as well. */
async function handleSignedOut({ signIn }) {
  const reason = forget();
  const code = new URLSearchParams(location.search).get("pair");
  if (code === null) {
    put(signedOutView(app, { signIn, reason }));
    return;
  }
  try {
    await pair(code);
  } catch (error) {
    put(signedOutView(app, { signIn, reason: reason ?? error.message }));
    return;
  }
  history.replaceState(null, "", "/rep");
  await enter("setup");
}

function signedOut({ signIn }) {
  put(signedOutView(app, { signIn, reason: forget() }));
}

/** Forgets whose page this was; says why it is nobody's any more, if it was somebody's. */
function forget() {
  const wasKnown = lastDay() !== undefined || keptDevice() !== undefined;
  forgetRep();
  return wasKnown ? ENDED : undefined;
}

/** The address keeps no invitation and no old view; a pairing code stays for the Home Screen to find. */
function clean(name) {
  if (name !== undefined) {
    const search = location.pathname === "/rep" ? location.search : "";
    history.replaceState(null, "", `/rep${search}#/${name}`);
  }
}

async function showInvite(token) {
  try {
    put(await inviteView(app, token));
  } catch (error) {
    if (error.status !== 404) {
      put(troubleView(error));
      return;
    }
    const isSignedIn = await app.reload().then(
      () => true,
      () => false,
    );
    put(deadInviteView(app, isSignedIn));
  }
}

async function show() {
  turn += 1;
  const mine = turn;
  const [name, ...parts] = location.hash.replace(/^#\/?/, "").split("/");
  const built = await attempt(name, parts);
  // The rep went on meanwhile.
  if (mine === turn) {
    put(built, name);
  } else {
    built?.stop?.();
  }
}

async function attempt(name, parts) {
  const build = VIEWS[name] ?? todayView;
  try {
    if (build !== todayView && app.me === undefined) {
      await app.reload();
    }
    return await build(app, parts);
  } catch (error) {
    if (error.status === 401) {
      signedOut(error);
      return undefined;
    }
    return troubleView(error);
  }
}

function put(view, tab) {
  if (view === undefined) {
    return;
  }
  current?.stop?.();
  const isFirst = current === undefined;
  current = view;
  document.title = `${view.title} · Siro Bridge`;
  const [head, ...rest] = view.nodes;
  // Setting up and Devices say it in their own words.
  const place = tab === undefined || tab === "setup" || tab === "devices" ? "" : noticePlace;
  fillNotice();
  main.replaceChildren(head, place, ...rest);
  showTabs(tab);
  if (!isFirst) {
    scrollTo(0, 0);
    main.querySelector("h1")?.focus({ preventScroll: true });
  }
}

/** The way between views is there for a known rep only, and not in the middle of setting up. */
function showTabs(tab) {
  tabs.hidden = tab === undefined || tab === "setup";
  tabs.replaceChildren(
    ...TABS.map(({ hash, icon: name, text }) =>
      el(
        "a",
        { href: hash, "aria-current": hash === `#/${tab}` ? "page" : false },
        icon(name),
        text,
      ),
    ),
  );
}

function troubleView(error) {
  return {
    title: "Trouble",
    nodes: [
      el("header", { class: "head" }, el("h1", { tabindex: "-1" }, "That did not work")),
      note("bad", icon(error.status === 0 ? "offline" : "warn"), el("p", {}, error.message)),
      actionButton("Try again", () => location.reload()),
    ],
  };
}

/** The worker tells what it showed and what was tapped; the day has the rest. */
function hear(data) {
  if (data?.type === "tapped" && app.me !== undefined && location.hash.length > 2) {
    app.go("");
  } else if (data?.type === "tapped" || data?.kind === "due" || data?.type === "cleared") {
    current?.refresh?.();
  }
}

/** An app on a phone stays open for weeks: a new version takes over while nobody looks at the day. */
function reloadWhenStale() {
  const { serviceWorker } = navigator;
  let isStale = false;
  serviceWorker?.addEventListener("controllerchange", () => {
    isStale = wasControlled;
  });
  const wasControlled = Boolean(serviceWorker?.controller);
  document.addEventListener("visibilitychange", () => {
    if (isStale && document.visibilityState === "hidden" && current?.refresh !== undefined) {
      location.reload();
    }
  });
}
