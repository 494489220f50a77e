import { byId, clock, element, post } from "./dom.js";
import { pick, pickFirst } from "./story.js";

const GONE = new Set(["superseded", "skipped"]);

let reps = [];

byId("day").addEventListener("click", ({ target }) => {
  const card = target.closest("article");
  const change = target.closest("button")?.dataset.change;
  if (change) {
    void post("/local/visits/change", { recordId: card.id, change });
  }
  if (card) {
    pick(card.id);
  }
});

/** Makes a column for every rep of the org. */
export function setReps(known) {
  reps = known;
  byId("day").replaceChildren(
    ...reps.map(({ userId, name }) =>
      element(
        "section",
        { id: `day-${userId}`, "aria-label": `${name}'s day` },
        element("h3", { text: name }),
        element("div", { class: "visits" }),
      ),
    ),
  );
}

/** Shows the visits as the org has them, each in its rep's column. */
export function showDay(visits) {
  const ids = new Set(visits.map(({ recordId }) => recordId));
  for (const card of byId("day").querySelectorAll("article")) {
    if (!ids.has(card.id)) {
      card.remove();
    }
  }
  for (const visit of visits) {
    place(visit);
  }
  pickFirst(
    visits.find(({ status, startAtMs }) => status === "scheduled" && startAtMs > Date.now()),
  );
  tick();
}

function place(visit) {
  const { recordId, userId, customer, subject, status, startAtMs, endAtMs } = visit;
  const column = byId(`day-${userId}`)?.querySelector(".visits");
  const card = byId(recordId) ?? made(recordId);
  Object.assign(card.dataset, { startAtMs, endAtMs, status });
  card.querySelector(".pick").replaceChildren(customer, element("small", { text: subject }));
  const other = reps.find((rep) => rep.userId !== userId);
  card.querySelector("[data-change=hand-over]").textContent =
    `Hand to ${other?.name.split(" ")[0] ?? "another"}`;
  const isOver = status === "canceled" || status === "completed";
  for (const button of card.querySelectorAll("[data-change]")) {
    button.hidden = isOver;
  }
  insertInOrder(column, card, startAtMs);
}

function made(recordId) {
  const card = byId("visit").content.firstElementChild.cloneNode(true);
  card.id = recordId;
  return card;
}

/** Moved only when it stands elsewhere: a card that moves loses the focus. */
function insertInOrder(column, card, startAtMs) {
  const others = [...(column?.children ?? [])].filter((other) => other !== card);
  const next = others.find((other) => Number(other.dataset.startAtMs) > startAtMs) ?? null;
  if (card.parentElement !== column || card.nextElementSibling !== next) {
    column?.insertBefore(card, next);
  }
}

/** Shows which links a visit has, and what became of them. */
export function showPrompts({ visit, prompts }) {
  const chips = prompts
    .filter(({ state }) => !GONE.has(state))
    .map(({ action, state }) =>
      element("li", { class: `chip ${state}`, text: `${action} ${state}` }),
    );
  byId(visit.recordId)
    ?.querySelector(".chips")
    .replaceChildren(...chips);
}

function whenText({ startAtMs, endAtMs, status }) {
  const span = `${clock(Number(startAtMs), "short")} – ${clock(Number(endAtMs), "short")}`;
  return `${span} · ${phaseOf(startAtMs, endAtMs, status)}`;
}

function phaseOf(startAtMs, endAtMs, status) {
  const nowMs = Date.now();
  if (status === "canceled" || status === "completed") {
    return status;
  }
  if (nowMs < startAtMs) {
    return `in ${wait(startAtMs - nowMs)}`;
  }
  return nowMs < endAtMs ? `on now, ${wait(endAtMs - nowMs)} left` : "over";
}

function wait(ms) {
  return ms < 90_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}

function tick() {
  for (const card of byId("day").querySelectorAll("article")) {
    const text = whenText(card.dataset);
    const line = card.querySelector(".when");
    if (line.textContent !== text) {
      line.textContent = text;
    }
    card.classList.toggle("now", text.includes("on now"));
    card.classList.toggle("past", / · (over|canceled|completed)$/.test(text));
  }
}

setInterval(tick, 500);
