import { setReps, showDay, showPrompts } from "./day.js";
import { byId, element, lost, post } from "./dom.js";
import { lookAt, showPhone } from "./phone.js";
import { forgetRooms, showRooms, showWorkers } from "./rooms.js";
import { pick, showStory } from "./story.js";

const CUSTOMERS = ["Ada Brook", "Ben Carver", "Cleo Dunn", "Eli Frost", "Fay Grant", "Gus Holm"];

let reps = [];
let booked = 0;

/** Each trick is what a dispatcher, a rep or bad luck would do; nothing tells the bridge. */
const TRICKS = {
  book: () => book({ startsInSeconds: 6, lastsSeconds: 20 }),
  touch: async () => {
    await book({ startsInSeconds: 6, lastsSeconds: 12 });
    await book({ startsInSeconds: 18, lastsSeconds: 12 });
  },
  double: async () => {
    await book({ startsInSeconds: 6, lastsSeconds: 24 });
    await book({ startsInSeconds: 14, lastsSeconds: 24 });
  },
  play: () => post("/local/day/play", {}),
  kill: () => post("/local/worker/kill", {}),
  unplug: () => {
    lookAt(reps[0]?.userId);
    byId("unreachable").click();
  },
};

async function book(visit) {
  const customer = CUSTOMERS[booked++ % CUSTOMERS.length];
  const made = await post("/local/visits", { userId: reps[0]?.userId, customer, ...visit });
  pick(made?.recordId);
}

byId("tricks").addEventListener("click", async (event) => {
  await TRICKS[event.target.closest("button")?.dataset.trick]?.();
});

byId("book").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const made = await post("/local/visits", {
    userId: form.get("userId"),
    customer: form.get("customer"),
    startsInSeconds: Number(form.get("startsInSeconds")),
    lastsSeconds: Number(form.get("lastsSeconds")),
  });
  pick(made?.recordId);
});

function showFacts(facts) {
  const rows = [
    ["Outbound messages", facts.soapUrl],
    ["JSON events", facts.eventsUrl],
    ["Webhooks of Siro", facts.siroUrl],
  ];
  byId("facts").replaceChildren(
    ...rows.flatMap(([name, url]) => [
      element("dt", { text: name }),
      element("dd", {}, element("code", { text: url })),
    ]),
    element("dt", { text: "Operators" }),
    element(
      "dd",
      {},
      element("a", { href: facts.adminUrl, text: facts.adminUrl }),
      " (the password is in your terminal)",
    ),
    element("dt", { text: "Documentation" }),
    element("dd", {}, element("a", { href: "/docs", text: "/docs" })),
  );
  reps = facts.reps;
  setReps(reps);
  const options = reps.map(({ userId, name }) => element("option", { value: userId, text: name }));
  document.querySelector("select[name=userId]").replaceChildren(...options);
}

function follow() {
  const feed = new EventSource("/local/feed");
  feed.addEventListener("open", () => {
    byId("connection").textContent = "Connected: everything below is live.";
    // What comes first is how things stand, not what happens.
    forgetRooms();
  });
  feed.addEventListener("error", lost);
  feed.addEventListener("day", ({ data }) => {
    const { visits, workers } = JSON.parse(data);
    showDay(visits);
    showWorkers(workers);
  });
  feed.addEventListener("visit", ({ data }) => {
    const record = JSON.parse(data);
    showPrompts(record);
    showRooms(record);
    showStory(record);
  });
  feed.addEventListener("phone", ({ data }) => showPhone(JSON.parse(data)));
}

fetch("/local/facts")
  .then(async (answer) => {
    showFacts(await answer.json());
    follow();
  })
  .catch(lost);
