import { part } from "./calls.js";
import { chip, el, icon, note, say } from "./dom.js";
import { moment, span, waitWords } from "./moments.js";
import { shownAlerts } from "./push.js";

const MINUTE_MS = 60_000;
/** The server plans by its own clock; a moment later its answer is sure to be there. */
const AFTER_MS = 1_500;
const AGAIN_MS = 5_000;
/** A button that is a few seconds late is no trouble yet. */
const GRACE_MS = 6_000;
/** No timer can wait for more than 24 days. */
const LONGEST_MS = 3_600_000;

const ACTIONS = {
  start: { icon: "record", label: "Start recording" },
  stop: { icon: "stop", label: "Stop recording" },
  restart: { icon: "record", label: "Start next recording" },
};

const LIVE = {
  opened: {
    chip: ["opened", "Opened", "accent"],
    hint: "Opened. Tap again if Siro did not come up.",
  },
  other: { chip: ["bell", "Ready now", "accent"], hint: "One tap opens Siro and does the rest." },
};

const LATE = {
  over: "Its time is over. Open the Siro app if you still want to record.",
  fresh: "The button is on its way. If it stays away, open the Siro app and tell your operator.",
  old: "The button comes as soon as you are online. The Siro app itself can record without it.",
};

/**
 * The card on top: the button of the live prompt, or when it will be ready.
 *
 * What did not change is never built anew: a tap or the focus on the button must not get lost.
 */
export function openHero({ refresh }) {
  const node = el("section", { class: "hero", "aria-label": "Next recording" });
  let shown = "";
  let timer;

  function put(key, build) {
    if (key !== shown) {
      const hadFocus = node.contains(document.activeElement);
      shown = key;
      node.replaceChildren(...build());
      if (hadFocus) {
        node.querySelector("a, h2")?.focus();
      }
    }
  }

  function showWait(kind, next, nowMs) {
    if (kind === "waiting") {
      const leftMs = Date.parse(next.dueAt) - nowMs;
      const words = leftMs > 0 ? `Ready ${waitWords(leftMs)}` : "Ready any moment now";
      node.querySelector("[data-wait]").textContent = words;
    }
  }

  function show(day, isFresh) {
    clearTimeout(timer);
    // A phone's clock may be wrong; the server's is what prompts go by.
    const aheadMs = isFresh ? Date.parse(day.now) - Date.now() : 0;
    const look = () => {
      const nowMs = Date.now() + aheadMs;
      const kind = kindOf(day.next, nowMs);
      put(keyOf(kind, day, isFresh), () => CARDS[kind](day, isFresh));
      showWait(kind, day.next, nowMs);
      const again = AGAIN[kind]?.(day.next, nowMs);
      timer = again && setTimeout(isFresh && again.asks ? refresh : look, again.afterMs);
    };
    look();
  }

  return {
    node,
    show,
    /** Without a fresh day: what was known last, or a newer alert, which has the button, too. */
    showOld: (known, alert) => {
      const next = nextOf(alert);
      const isKnownGood = known?.day.next && isUsable(known.day.next, Date.now());
      if (isUsable(next, Date.now()) && !(isKnownGood && known.atMs > alert.timestamp)) {
        show({ next, appointments: [], timeZone: known?.day.timeZone }, false);
      } else if (known !== undefined) {
        show(known.day, false);
      }
    },
    stop: () => clearTimeout(timer),
  };
}

/** The prompt behind an alert, as far as the alert tells. */
function nextOf(alert) {
  const { link, expiresAt, promptId, action } = alert?.data ?? {};
  return { link, expiresAt, promptId, action, title: alert?.body ?? "", state: "sent" };
}

/** What a card is made of: while that is the same, the card stays. */
function keyOf(kind, { next, appointments }, isFresh) {
  const own = kind === "late" ? isFresh : appointments.length;
  return JSON.stringify([kind, kind === "live" ? undefined : own, next]);
}

function kindOf(next, nowMs) {
  if (next === null) {
    return "none";
  }
  if (isUsable(next, nowMs)) {
    return "live";
  }
  return nowMs < Date.parse(next.dueAt) + GRACE_MS ? "waiting" : "late";
}

/** How long each card can stand, and whether the server has to be asked then. */
const AGAIN = {
  live: ({ expiresAt }, nowMs) => ({
    afterMs: Math.min(Date.parse(expiresAt) - nowMs + AFTER_MS, LONGEST_MS),
    asks: true,
  }),
  waiting: ({ dueAt }, nowMs) => {
    const leftMs = Date.parse(dueAt) - nowMs;
    return leftMs > 0
      ? { afterMs: leftMs % MINUTE_MS || MINUTE_MS, asks: false }
      : { afterMs: AFTER_MS, asks: true };
  },
  late: () => ({ afterMs: AGAIN_MS, asks: true }),
};

const CARDS = { none: nothingNext, live: liveCard, waiting: waitingCard, late: lateCard };

/** Only a web address is ever made a button, and only while it is useful. */
function isUsable({ link, expiresAt }, nowMs) {
  return link?.startsWith("https://") === true && Date.parse(expiresAt) > nowMs;
}

function head({ title, startAt, endAt }, timeZone, ...chipParts) {
  return [
    chip(...chipParts),
    el("h2", { tabindex: "-1" }, title.trim() || "Your appointment"),
    startAt === undefined
      ? undefined
      : el("p", { class: "when" }, dayOf(startAt, timeZone), span(startAt, endAt, timeZone)),
  ].filter((child) => child !== undefined);
}

/** Another day is named; today goes without saying. */
function dayOf(startAt, timeZone) {
  const [day, ...rest] = moment(startAt, timeZone).split(/, (?=\d+:)/);
  return rest.length === 0 ? "" : `${day}, `;
}

function liveCard({ next, timeZone }) {
  const words = LIVE[next.state] ?? LIVE.other;
  const action = ACTIONS[next.action] ?? ACTIONS.start;
  const hint = el("p", { class: "hint" }, words.hint);
  const button = el(
    "a",
    { class: "button", href: next.link, rel: "noreferrer", click: () => tell(next, hint) },
    icon(action.icon),
    action.label,
  );
  say(`${action.label}: ${next.title}`);
  return [...head(next, timeZone, ...words.chip), el("div", { class: "stage" }, button, hint)];
}

/** The link is followed by the tap itself; nothing waits for this. */
function tell({ promptId }, hint) {
  navigator.sendBeacon(`/rep/api/prompts/${part(promptId)}/opened`);
  hint.textContent = LIVE.opened.hint;
  shownAlerts()
    .then((alerts) => {
      for (const alert of alerts.filter(({ data }) => data.promptId === promptId)) {
        alert.close();
      }
    })
    .catch(() => undefined);
}

function waitingCard({ next, timeZone }) {
  const { label } = ACTIONS[next.action] ?? ACTIONS.start;
  return [
    ...head(next, timeZone, "clock", "Up next"),
    el(
      "div",
      { class: "stage" },
      el(
        "p",
        { class: "wait" },
        el("strong", { "data-wait": true }),
        el("span", {}, `${label} at ${moment(next.dueAt, timeZone)}`),
      ),
      el("p", { class: "hint" }, "Nothing to do until then."),
    ),
  ];
}

function lateCard({ next, timeZone }, isFresh) {
  const isOver = Date.parse(next.expiresAt) <= Date.now();
  const words = isOver ? LATE.over : LATE[isFresh ? "fresh" : "old"];
  return [
    ...head(next, timeZone, "clock", isOver ? "Over" : "Due now"),
    el("div", { class: "stage" }, note("", el("p", {}, words))),
  ];
}

function nothingNext({ appointments }) {
  if (appointments.length === 0) {
    return [];
  }
  return [
    chip("done", "All set", "good"),
    el("h2", { tabindex: "-1" }, "Nothing to record now"),
    el("p", { class: "quiet" }, "New and changed appointments appear here by themselves."),
  ];
}
