import { byId, clock, element, post } from "./dom.js";

const ISO_TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;
const GONE = new Set(["superseded", "skipped", "expired"]);

byId("visits").addEventListener("click", (event) => {
  const change = event.target.dataset?.change;
  if (change) {
    post("/local/visits/change", { recordId: event.target.closest("article").id, change });
  }
});

/** Shows a visit as the bridge knows it now. */
export function showVisit({ visit, prompts, receipts, timeline }) {
  let card = byId(visit.recordId);
  if (!card) {
    byId("visits").querySelector(".empty")?.remove();
    card = byId("visit").content.firstElementChild.cloneNode(true);
    card.id = visit.recordId;
    byId("visits").prepend(card);
  }
  card.querySelector("h3").textContent = visit.customer;
  card.querySelector(".when").textContent =
    `${visit.status} · ${clock(visit.startAtMs)} – ${clock(visit.endAtMs)}`;
  const rungs = rungsOf({ prompts, receipts, timeline });
  card.querySelector(".rungs").replaceChildren(...rungs.map(rung));
  card.querySelector(".prompts").replaceChildren(...prompts.map(promptLine));
  card.querySelector(".timeline").replaceChildren(...timeline.map(timelineLine));
}

/** The ladder of the prompt that begins the visit's recording; a rung that is missing may still come. */
function rungsOf({ prompts, receipts, timeline }) {
  const begins = prompts.filter(({ action, state }) => action !== "stop" && !GONE.has(state));
  const ids = new Set(begins.map(({ promptId }) => promptId));
  const receiptAt = (...kinds) =>
    receipts.find(({ kind, promptId }) => kinds.includes(kind) && ids.has(promptId))?.atMs;
  return [
    ["booked", timeline[0]?.atMs],
    ["planned", timeline.find(({ kind }) => kind === "plan.changed")?.atMs],
    ["sent", begins.find(({ sentAtMs }) => sentAtMs)?.sentAtMs],
    ["received", receiptAt("received")],
    ["consumed", receiptAt("consumed")],
    ["recording", receiptAt("recording")],
    ["stopped", receiptAt("stopped")],
    ["processed", timeline.find(({ kind }) => kind === "siro.processed")?.atMs],
    ["linked", receiptAt("linked")],
  ];
}

function rung([name, atMs]) {
  const isDone = atMs !== undefined;
  return element(
    "li",
    { class: isDone ? "rung done" : "rung" },
    element("b", { text: name }),
    element("small", { text: isDone ? clock(atMs) : "not yet" }),
  );
}

function promptLine(prompt) {
  return element(
    "li",
    { class: `prompt ${prompt.state}` },
    element("b", { text: prompt.action }),
    ` at ${clock(prompt.dueAtMs)} · `,
    element("span", { text: prompt.state }),
  );
}

function timelineLine(entry) {
  return element(
    "li",
    { class: entry.kind.startsWith("siro.") ? "siro" : "own" },
    element("time", { text: clock(entry.atMs) }),
    ` ${entry.text.replace(ISO_TIME, clock)}`,
  );
}
