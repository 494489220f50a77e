import { byId, clock, element, ISO_TIME } from "./dom.js";
import { ROOMS, roomOf } from "./rooms.js";

const GONE = new Set(["superseded", "skipped", "expired"]);

const records = new Map();
let picked;

/** Tells the story of this visit from now on. */
export function pick(recordId) {
  if (recordId === undefined) {
    return;
  }
  picked = recordId;
  for (const card of document.querySelectorAll("article.visit")) {
    card.querySelector(".pick").setAttribute("aria-pressed", String(card.id === picked));
  }
  tell();
}

/** Begins with this visit, when nobody picked one. */
export function pickFirst(visit) {
  if (picked === undefined) {
    pick(visit?.recordId);
  }
}

/** Keeps what is known of a visit, and shows it when it is the one that was picked. */
export function showStory(record) {
  records.set(record.visit.recordId, record);
  if (record.visit.recordId === picked) {
    pick(picked);
  }
}

function tell() {
  const record = records.get(picked);
  if (record === undefined) {
    return;
  }
  const { visit, summary, prompts, timeline } = record;
  byId("story").replaceChildren(
    element("h3", { text: `${visit.customer}, ${visit.subject}` }),
    element("p", { class: "summary", text: summary ?? "The bridge has not heard of it yet." }),
    element(
      "ol",
      { class: "rungs", "aria-label": "How far the recording got" },
      ...rungsOf(record).map(rung),
    ),
    element("ul", { class: "prompts", "aria-label": "The plan" }, ...prompts.map(promptLine)),
    element("h4", { text: "Every step" }),
    element("ol", { class: "timeline" }, ...timeline.map(timelineLine)),
    element(
      "p",
      { class: "more" },
      element("a", {
        href: `/admin/appointments/demo/${visit.recordId}`,
        text: "The same, as operators see it",
      }),
      element("a", { href: "/docs/links", text: "What a link says" }),
    ),
  );
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

function timelineLine({ kind, atMs, text }) {
  const [name, , docs] = ROOMS[roomOf(kind)] ?? [];
  return element(
    "li",
    {},
    element("time", { text: clock(atMs) }),
    ...(name === undefined ? [] : [element("a", { class: "where", href: docs, text: name })]),
    element("span", { text: text.replace(ISO_TIME, (time) => clock(time)) }),
  );
}
