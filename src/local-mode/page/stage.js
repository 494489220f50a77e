const byId = (id) => document.getElementById(id);
const ISO_TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;
const CLOCK = new Intl.DateTimeFormat([], {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 1,
  hourCycle: "h23",
});

/** A moment as the viewer's clock shows it. */
function clock(time) {
  return CLOCK.format(new Date(time));
}

/** Builds an element; text is always text, never markup. */
function element(tag, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...(text === undefined ? [] : [text]), ...children);
  return made;
}

function lost() {
  byId("connection").textContent = "The bridge is not answering; trying again…";
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) {
    byId("connection").textContent = `The bridge answered ${answer.status}. Is Redis up?`;
  }
}

byId("book").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  post("/local/visits", {
    customer: form.get("customer"),
    startsInSeconds: Number(form.get("startsInSeconds")),
    lastsSeconds: Number(form.get("lastsSeconds")),
  }).catch(lost);
});

byId("visits").addEventListener("click", (event) => {
  const change = event.target.dataset?.change;
  if (change) {
    post("/local/visits/change", { recordId: event.target.closest("article").id, change }).catch(
      lost,
    );
  }
});

function showVisit({ visit, prompts, timeline }) {
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
  card
    .querySelector(".prompts")
    .replaceChildren(
      ...prompts.map((prompt) =>
        element(
          "li",
          { class: `prompt ${prompt.state}` },
          element("b", { text: prompt.action }),
          ` at ${clock(prompt.dueAtMs)} · `,
          element("span", { text: prompt.state }),
        ),
      ),
    );
  card
    .querySelector(".timeline")
    .replaceChildren(
      ...timeline.map((entry) =>
        element(
          "li",
          {},
          element("time", { text: clock(entry.atMs) }),
          ` ${entry.text.replace(ISO_TIME, clock)}`,
        ),
      ),
    );
}

function showArrival({ type, data, arrivedAtMs }) {
  const arrivals = byId("arrivals");
  arrivals.querySelector(".empty")?.remove();
  const head =
    type === "prompt.test"
      ? "Test prompt"
      : `${data.action} · ${data.appointment.title || data.appointment.recordId}`;
  const late = data.dueAt
    ? ` · ${Math.max(0, arrivedAtMs - Date.parse(data.dueAt))} ms after its time`
    : "";
  arrivals.prepend(
    element(
      "li",
      { class: "arrival" },
      element("b", { text: head }),
      element("small", { text: `${clock(arrivedAtMs)}${late}` }),
      ...(data.link ? [element("a", { text: data.link, href: data.link, rel: "noreferrer" })] : []),
    ),
  );
}

function showFacts(facts) {
  const rows = [
    ["Outbound messages", facts.soapUrl],
    ["JSON events", facts.eventsUrl],
    ["Operators", facts.adminUrl],
  ];
  byId("facts").replaceChildren(
    ...rows.flatMap(([name, url]) => [
      element("dt", { text: name }),
      element("dd", {}, element("code", { text: url })),
    ]),
  );
}

const feed = new EventSource("/local/feed");
feed.addEventListener("open", () => {
  byId("connection").textContent = "Connected: everything below is live.";
});
feed.addEventListener("error", lost);
feed.addEventListener("visit", (event) => showVisit(JSON.parse(event.data)));
feed.addEventListener("arrival", (event) => showArrival(JSON.parse(event.data)));
fetch("/local/facts")
  .then(async (answer) => showFacts(await answer.json()))
  .catch(lost);
