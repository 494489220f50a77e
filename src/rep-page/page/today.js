import { chip, el, icon, note, say } from "./dom.js";
import { followDay } from "./feed.js";
import { openHero } from "./hero.js";
import { lastDay } from "./kept.js";
import { clockTime, dayName, moment, ownTimeZone, zoneName } from "./moments.js";
import { shownAlerts } from "./push.js";

/** What each state is called, and how it looks. */
const STATES = {
  planned: { icon: "clock", text: "Planned", tone: "" },
  due: { icon: "bell", text: "Ready now", tone: "accent" },
  sent: { icon: "sent", text: "Alert sent", tone: "accent" },
  opened: { icon: "opened", text: "Opened", tone: "accent" },
  recording: { icon: "record", text: "Recording", tone: "bad" },
  done: { icon: "done", text: "Done", tone: "good" },
  canceled: { icon: "canceled", text: "Canceled", tone: "" },
};

/** The rep's day: the one thing to do now on top, everything else below. */
export function todayView(app) {
  const heading = el("h1", { tabindex: "-1" }, "Today");
  const date = el("p", { class: "quiet" });
  const trouble = el("div", { class: "slot" });
  const list = el("section", { "aria-labelledby": "day-title", class: "day" });
  const hero = openHero({ refresh: () => feed.refresh() });
  const states = new Map();
  let shown = "";

  function show(day, isFresh) {
    const zone = day.timeZone;
    date.textContent = zoneNote(dayName(isFresh ? day.now : Date.now(), zone), zone);
    const key = JSON.stringify(day.appointments);
    if (key !== shown) {
      tellChanges(states, day.appointments);
      shown = key;
      list.replaceChildren(...dayList(day));
    }
  }

  function onDay(day) {
    trouble.replaceChildren();
    show(day, true);
    // Last: of all that changed at once, the button is what a screen reader should say.
    hero.show(day, true);
  }

  async function onTrouble(error) {
    if (error.status === 401) {
      app.signedOut(error);
      return;
    }
    const known = lastDay();
    trouble.replaceChildren(troubleNote(error, known));
    if (known !== undefined) {
      show(known.day, false);
    }
    hero.showOld(known, (await shownAlerts())[0]);
  }

  const feed = followDay(onDay, onTrouble);
  return {
    title: "Today",
    nodes: [el("header", { class: "head" }, heading, date), trouble, hero.node, list],
    refresh: feed.refresh,
    stop: () => {
      feed.stop();
      hero.stop();
    },
  };
}

/** Says what became of a visit; what is new on the list is no news about it. */
function tellChanges(states, appointments) {
  for (const { recordId, title, state } of appointments) {
    const before = states.get(recordId);
    states.set(recordId, state);
    if (before !== undefined && before !== state) {
      say(`${title}: ${(STATES[state] ?? STATES.planned).text}`);
    }
  }
}

function zoneNote(date, timeZone) {
  return timeZone === ownTimeZone() ? date : `${date} · ${zoneName(timeZone)}`;
}

/** Why what is seen may be old, and how old it is. */
function troubleNote({ message, status }, known) {
  const isOffline = status === 0;
  const reason = isOffline ? "You are offline" : message.replace(/\.$/, "");
  const text =
    known === undefined
      ? `${reason}. Your day comes as soon as there is a connection.`
      : `${reason}; this is what we knew at ${moment(known.atMs)}.`;
  const box = note("warn", icon(isOffline ? "offline" : "warn"), el("p", {}, text));
  box.setAttribute("role", "status");
  return box;
}

function dayList({ appointments, timeZone }) {
  const title = el("h2", { id: "day-title" }, "Your day");
  if (appointments.length === 0) {
    return [
      title,
      el(
        "div",
        { class: "empty" },
        icon("sun"),
        el("p", {}, el("strong", {}, "No appointments today.")),
        el("p", { class: "quiet" }, "When one is booked, it appears here by itself."),
      ),
    ];
  }
  const lines = appointments.map((one) => line(one, timeZone));
  return [title, el("ol", { class: "rows" }, ...lines)];
}

function line({ title, startAt, endAt, state }, timeZone) {
  const known = STATES[state] ?? STATES.planned;
  return el(
    "li",
    { class: `row ${state}` },
    el(
      "p",
      { class: "hours" },
      el("time", { datetime: startAt }, clockTime(startAt, timeZone)),
      el("span", { class: "unseen" }, " to "),
      el("time", { datetime: endAt }, clockTime(endAt, timeZone)),
    ),
    el(
      "div",
      { class: "what" },
      el("h3", {}, title.trim() || "Appointment"),
      chip(known.icon, known.text, known.tone),
    ),
  );
}
