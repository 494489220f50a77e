import { byId, clock, element, ISO_TIME } from "./dom.js";

/** The rooms an event goes through, and the page that explains each. */
export const ROOMS = {
  salesforce: [
    "Salesforce",
    "A flow tells that a record changed: an id, nothing else.",
    "/docs/salesforce-setup",
  ],
  intake: [
    "Intake",
    "Acknowledged once it is safe on disk, never before.",
    "/docs/receiver-checklist",
  ],
  appointments: [
    "Appointments",
    "Read, mapped, planned. The newest change wins.",
    "/docs/architecture#how-an-event-becomes-a-prompt",
  ],
  prompts: [
    "Prompts",
    "Wait for their moment, and are looked at again then.",
    "/docs/decisions/0003-stop-before-start",
  ],
  deliveries: [
    "Deliveries",
    "To the device, again until it takes it or time is over.",
    "/docs/channels",
  ],
  phone: ["Phone", "One tap, or none where an automation takes it.", "/docs/rep-setup"],
  siro: ["Siro", "Tells what was really recorded.", "/docs/decisions/0010-what-siro-told"],
};

const ROOM_OF = {
  "event.applied": "appointments",
  "event.unchanged": "appointments",
  "event.stale": "appointments",
  "event.duplicate": "intake",
  "work.parked": "appointments",
  "plan.changed": "appointments",
  "prompt.sent": "phone",
  "link.opened": "phone",
  "rep.returned": "phone",
  "link.served": "deliveries",
};
const STEP_MS = 420;
/** With more than so many steps behind, the walk hurries. */
const FEW_STEPS = 8;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

const known = new Map();
const steps = [];
let isFirstLook = true;
let hasWorked = false;
let at;

byId("rooms").replaceChildren(
  ...Object.entries(ROOMS).map(([room, [name, text, docs]]) =>
    element(
      "li",
      { id: `room-${room}`, class: "room" },
      element("a", { href: docs, text: name }),
      element("p", { class: "does", text }),
      element("p", { class: "last", text: "" }),
    ),
  ),
  element("li", { id: "traveller", "aria-hidden": "true" }),
);

/** The room in which a step of a timeline happened. */
export function roomOf(kind) {
  const [family] = kind.split(".");
  return ROOM_OF[kind] ?? { prompt: "prompts", delivery: "deliveries", siro: "siro" }[family];
}

/** What comes next is how things stand. */
export function forgetRooms() {
  known.clear();
  isFirstLook = true;
  setTimeout(() => {
    isFirstLook = false;
  }, 1000);
}

/** Lets what is new about a visit walk through the rooms. */
export function showRooms({ visit, timeline }) {
  const before = known.get(visit.recordId);
  const { customer, status, startAtMs, userId } = visit;
  const record = `${status} ${startAtMs} ${userId}`;
  known.set(visit.recordId, { record, length: timeline.length });
  if (isFirstLook) {
    return;
  }
  if (before?.record !== record) {
    steps.push(["salesforce", `${customer}: ${before ? "changed" : "booked"}`]);
  }
  for (const { kind, text } of timeline.slice(before?.length ?? 0)) {
    if (kind === "event.applied") {
      steps.push(["intake", `${customer}: acknowledged`]);
    }
    steps.push([
      roomOf(kind),
      `${customer}: ${text.replace(ISO_TIME, (time) => clock(time, "short"))}`,
    ]);
  }
}

/** Says whether anybody works on what comes in. */
export function showWorkers(count) {
  hasWorked ||= count > 0;
  byId("worker").textContent = lampText(count);
  byId("worker").className = count > 0 ? "lamp on" : "lamp off";
}

function lampText(count) {
  if (count > 0) {
    return "The worker runs.";
  }
  return hasWorked
    ? "The worker is dead. Events wait; it is started again."
    : "The worker starts. Events wait.";
}

function walk() {
  const [room, text] = steps.shift() ?? [];
  const place = byId(`room-${room}`);
  if (place === null) {
    return;
  }
  place.querySelector(".last").textContent = text;
  place.classList.remove("lit");
  // Read, so that the light begins anew.
  void place.offsetWidth;
  place.classList.add("lit");
  travel(place);
}

function travel(place) {
  const spot = { x: place.offsetLeft + place.offsetWidth / 2, y: place.offsetTop };
  const from = at ?? spot;
  at = spot;
  if (!STILL.matches) {
    const where = ({ x, y }) => `translate(${x}px, ${y}px)`;
    const fade = { opacity: [1, 1, 0], transform: [where(from), where(spot), where(spot)] };
    byId("traveller").animate(fade, { duration: STEP_MS * 2, easing: "ease-in-out" });
  }
}

function walkOn() {
  walk();
  setTimeout(walkOn, steps.length > FEW_STEPS ? STEP_MS / 4 : STEP_MS);
}

walkOn();
