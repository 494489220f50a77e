import { byId, clock, element, post } from "./dom.js";

const MINUTES = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });
const TITLES = {
  start: "Start recording",
  stop: "Stop recording",
  restart: "Restart recording",
  test: "Test prompt",
};
const DOTS = { recording: "● Recording", paused: "❚❚ Paused" };

const phones = new Map();
const unseen = new Set();
let owner;
let sinceMs;

function act(deed) {
  void post("/local/phone", { userId: owner, deed });
}

byId("owners").addEventListener("click", ({ target }) => {
  const userId = target.closest("button")?.dataset.userId;
  if (userId) {
    lookAt(userId);
  }
});
byId("notifications").addEventListener("click", (event) => {
  const promptId = event.target.closest("button")?.dataset.prompt;
  if (promptId) {
    act({ deed: "tap", promptId });
  }
});
byId("app").addEventListener("click", (event) => {
  const button = event.target.closest("button")?.dataset.press;
  if (button) {
    act({ deed: "press", button });
  }
});
byId("unreachable").addEventListener("change", ({ target }) => {
  act({ deed: "reach", isReachable: !target.checked });
});
byId("offline").addEventListener("change", ({ target }) => {
  act({ deed: "network", isOnline: !target.checked });
});
byId("declined").addEventListener("change", ({ target }) => {
  act({ deed: "consent", isDeclined: target.checked });
});

/** Shows this rep's phone from now on; does nothing before there is one. */
export function lookAt(userId) {
  if (userId !== owner && phones.has(userId)) {
    owner = userId;
    byId("notifications").replaceChildren();
    showOwner();
  }
}

/** Shows a rep's phone as it is now, or that something came on the one that is not looked at. */
export function showPhone(phone) {
  const before = phones.get(phone.userId);
  phones.set(phone.userId, phone);
  owner ??= phone.userId;
  if (phone.userId === owner) {
    showOwner();
  } else if (before && newestOf(before) !== newestOf(phone)) {
    unseen.add(phone.userId);
  }
  showOwners();
}

function newestOf({ notifications }) {
  return notifications[0]?.promptId;
}

function showOwners() {
  const buttons = [...phones.values()].map(({ userId, name }) =>
    element("button", {
      type: "button",
      id: `owner-${userId}`,
      "data-user-id": userId,
      "aria-pressed": String(userId === owner),
      class: unseen.has(userId) ? "unseen" : "",
      text: unseen.has(userId) ? `${name.split(" ")[0]} · new` : name.split(" ")[0],
    }),
  );
  keepFocus(byId("owners"), () => byId("owners").replaceChildren(...buttons));
}

function showOwner() {
  const phone = phones.get(owner);
  unseen.delete(owner);
  byId("phone-title").textContent = `3 · ${phone.name.split(" ")[0]}'s phone`;
  byId("unreachable").checked = !phone.isReachable;
  byId("offline").checked = !phone.isOnline;
  byId("declined").checked = phone.isConsentDeclined;
  const isConnected = phone.isOnline && phone.isReachable;
  byId("phone-network").textContent = isConnected ? "online" : "offline";
  byId("phone-network").className = isConnected ? "online" : "offline";
  showNotifications(phone.notifications);
  sinceMs = phone.recording?.sinceMs;
  const parts = [
    phone.recording === null ? homeScreen(phone) : recorderScreen(phone.recording),
    ...(phone.earlier.length === 0 ? [] : [earlierList(phone.earlier)]),
  ];
  keepFocus(byId("app"), () => byId("app").replaceChildren(...parts));
  showOwners();
  tick();
}

/** Only what is new is added, so that it alone is read out. */
function showNotifications(notifications) {
  const list = byId("notifications");
  const wanted = notifications.map((one) => [`notification-${one.promptId}`, one]);
  for (const item of [...list.children]) {
    if (!wanted.some(([id]) => id === item.id)) {
      item.remove();
    }
  }
  for (const [id, one] of wanted.toReversed()) {
    if (!byId(id)) {
      list.prepend(notification(id, one));
    }
    byId(id).classList.toggle("tapped", one.isTapped);
    byId(id).querySelector(".hint").textContent = hintOf(one);
  }
  if (list.children.length === 0) {
    list.append(element("li", { class: "empty", text: "No link has arrived yet." }));
  }
}

function hintOf({ isTapped, link }) {
  if (link === null) {
    return "Nothing to tap";
  }
  return isTapped ? "Tapped; tap again" : "Tap to open Siro";
}

function notification(id, { promptId, action, text, link, dueAt, arrivedAtMs }) {
  const late = dueAt === null ? "" : lateness(arrivedAtMs - Date.parse(dueAt));
  return element(
    "li",
    { id, class: "notification" },
    element(
      "button",
      { type: "button", "data-prompt": promptId, ...(link === null ? { disabled: "" } : {}) },
      element("b", { text: TITLES[action] ?? action }),
      element("span", { text }),
      element("small", { text: clock(arrivedAtMs) }),
      element("span", { class: "hint" }),
      element("small", { class: "late", text: late }),
    ),
    ...(link === null ? [] : [linkDetails(link)]),
  );
}

/** A visit that is on when the bridge hears of it has its moment behind it. */
function lateness(ms) {
  return ms < 10_000 ? `${Math.max(0, ms)} ms late` : `${Math.round(ms / 1000)} s late`;
}

function linkDetails(link) {
  return element(
    "details",
    {},
    element("summary", { text: "The link it carries" }),
    element("code", { text: link }),
  );
}

function homeScreen({ screen }) {
  const text = screen === "debrief" ? "How did it go?" : "Nothing is recording";
  return element(
    "section",
    { class: "siro-home", "aria-label": "Siro" },
    element("p", { class: "app-name", text: "Siro" }),
    element("p", { class: "quiet", text }),
    pressButton("record", "Record by hand"),
  );
}

function recorderScreen({ title, state, sinceMs: beganMs, about }) {
  return element(
    "section",
    { class: `recorder ${state}`, "aria-label": "Siro's recorder" },
    element("p", { class: "app-name", text: DOTS[state] ?? state }),
    element("h3", { text: title }),
    element("p", { id: "ticker", class: "ticker", "aria-hidden": "true" }),
    element("p", { class: "quiet", text: `recording since ${clock(beganMs)}` }),
    about.length === 0
      ? element("p", { class: "quiet", text: "On no record of the CRM" })
      : element("ul", { class: "about" }, ...about.map((text) => element("li", { text }))),
    element(
      "p",
      { class: "keys" },
      pressButton("stop", "Stop"),
      state === "paused" ? pressButton("resume", "Resume") : pressButton("pause", "Pause"),
      pressButton("cancel", "Throw away"),
    ),
  );
}

function pressButton(press, text) {
  return element("button", { type: "button", id: `press-${press}`, "data-press": press, text });
}

function earlierList(earlier) {
  return element(
    "ul",
    { class: "earlier", "aria-label": "Recordings" },
    ...earlier.map(({ title, state, sinceMs: beganMs }) =>
      element(
        "li",
        {},
        element("span", { text: title }),
        element("small", {
          class: state.replaceAll(" ", "-"),
          text: `${clock(beganMs)} · ${state}`,
        }),
      ),
    ),
  );
}

/** Whoever works by keyboard stays on the button that stays. */
function keepFocus(place, change) {
  const id = place.contains(document.activeElement) ? document.activeElement.id : "";
  change();
  if (id !== "") {
    (byId(id) ?? place.querySelector("button"))?.focus();
  }
}

function tick() {
  byId("phone-clock").textContent = MINUTES.format(new Date());
  const ticker = byId("ticker");
  if (ticker && sinceMs !== undefined) {
    const seconds = Math.max(0, Math.floor((Date.now() - sinceMs) / 1000));
    ticker.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

setInterval(tick, 500);
tick();
