import { byId, element, lost, post } from "./dom.js";
import { showPhone } from "./phone.js";
import { showVisit } from "./visits.js";

byId("book").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  post("/local/visits", {
    customer: form.get("customer"),
    startsInSeconds: Number(form.get("startsInSeconds")),
    lastsSeconds: Number(form.get("lastsSeconds")),
  });
});

function showFacts(facts) {
  const rows = [
    ["Outbound messages", facts.soapUrl],
    ["JSON events", facts.eventsUrl],
    ["Webhooks of Siro", facts.siroUrl],
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
feed.addEventListener("phone", (event) => showPhone(JSON.parse(event.data)));
fetch("/local/facts")
  .then(async (answer) => showFacts(await answer.json()))
  .catch(lost);
