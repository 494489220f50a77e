const view = document.querySelector("#view");

/** Builds an element; text goes in as text, so nothing that a CRM holds can become markup. */
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else {
      element.setAttribute(name, value);
    }
  }
  element.append(...children);
  return element;
}

async function api(path, options = {}) {
  const response = await fetch(`/admin/api${path}`, options);
  if (response.status === 401) {
    location.assign("/admin");
  }
  const body = response.status === 204 ? {} : await response.json();
  if (!response.ok) {
    throw new Error(`${body.error.code}: ${body.error.message}`);
  }
  return body;
}

const when = (iso) => (iso === null ? "" : new Date(iso).toLocaleString());
const path = (...parts) => parts.map((part) => `/${encodeURIComponent(part)}`).join("");
const list = (items, line, empty) =>
  items.length === 0 ? el("p", { class: "empty" }, empty) : el("ul", {}, ...items.map(line));
const tile = ([name, count]) => el("li", {}, el("b", {}, String(count)), name);

/** How the org answered last: what an operator needs when links stay away. */
function orgLines(org) {
  if (org === null) {
    return [];
  }
  const share =
    org.apiShare === null ? "" : `, ${Math.round(org.apiShare * 100)} % of today's API calls used`;
  const state = org.state === "connected" ? "connected" : `not answering (${org.state})`;
  return [
    el("p", {}, `Salesforce: ${state}${share} `, el("small", {}, when(org.at))),
    ...org.warnings.map((text) => el("p", { class: "warning" }, text)),
  ];
}

const TITLES = { oldestWaiting: "oldest waiting", lag: "prompts behind" };

async function overview() {
  const { connections, queues, lastErrors, ...delays } = await api("/overview");
  const seconds = Object.entries(delays).map(([name, ms]) => [
    `${TITLES[name.replace(/Ms$/, "")] ?? name}, seconds`,
    Math.round(ms / 1000),
  ]);
  return [
    el("h1", {}, "Overview"),
    ...connections.flatMap(({ name, salesforce, ...counts }) => [
      el("h2", {}, name),
      ...orgLines(salesforce),
      el("ul", { class: "tiles" }, ...Object.entries(counts).map(tile)),
    ]),
    el("h2", {}, "Queues"),
    el(
      "ul",
      { class: "tiles" },
      ...seconds.map(tile),
      ...Object.entries(queues).map(([name, { waiting }]) => tile([`${name} waiting`, waiting])),
    ),
    el("h2", {}, "Last errors"),
    list(
      lastErrors,
      ({ code, at, message }) =>
        el("li", {}, el("span", {}, code, ": ", message), el("small", {}, when(at))),
      "No errors so far.",
    ),
  ];
}

async function appointments(_parts, query) {
  const { items, nextCursor } = await api(`/appointments?${query}`);
  const search = el("input", {
    name: "q",
    type: "search",
    value: query.get("q") ?? "",
    placeholder: "Record, title, customer or rep",
    "aria-label": "Search appointments",
  });
  const submit = (event) => {
    event.preventDefault();
    location.hash = `#/appointments?${new URLSearchParams({ q: search.value })}`;
  };
  const line = ({ connection, recordId, title, startAt, status, reps }) =>
    el(
      "li",
      {},
      el("a", { href: `#/appointment${path(connection, recordId)}` }, title || recordId),
      el("span", {}, reps.map(({ name, userId }) => name ?? userId).join(", ")),
      el("small", {}, `${status} · ${when(startAt)}`),
    );
  const more = new URLSearchParams(query);
  more.set("cursor", nextCursor);
  return [
    el("h1", {}, "Appointments"),
    el("form", { submit }, search, " ", el("button", { type: "submit" }, "Search")),
    list(items, line, "No appointments here."),
    nextCursor === null ? "" : el("a", { href: `#/appointments?${more}` }, "More"),
  ];
}

async function appointment([connection, recordId]) {
  const one = await api(`/appointments${path(connection, recordId)}`);
  return [
    el("h1", {}, one.title || recordId),
    el("p", {}, `${one.status} · ${when(one.startAt)} to ${when(one.endAt)} · ${recordId}`),
    el("h2", {}, "Prompts"),
    list(
      one.prompts,
      ({ action, state, reason, dueAt, userId }) =>
        el(
          "li",
          {},
          el("span", {}, `${action}: ${state} (${reason})`),
          el("span", {}, userId),
          el("small", {}, when(dueAt)),
        ),
      "No prompts are planned.",
    ),
    el("h2", {}, "Timeline"),
    list(
      one.timeline,
      ({ at, kind, text }) =>
        el("li", {}, el("span", {}, text), el("small", {}, `${kind} · ${when(at)}`)),
      "Nothing has happened yet.",
    ),
  ];
}

async function parked() {
  const { items, total } = await api("/parked");
  const replay = (target) => async () => {
    await attempt(() => api(`/parked${target}/replay`, { method: "POST" }));
  };
  const line = ({ id, reason, detail, connection, recordId, lastParkedAt }) =>
    el(
      "li",
      {},
      el("span", {}, el("b", {}, reason), ` ${detail}`),
      recordId === null
        ? ""
        : el("a", { href: `#/appointment${path(connection, recordId)}` }, recordId),
      el("small", {}, `${connection} · ${when(lastParkedAt)}`),
      el("button", { type: "button", click: replay(path(id)) }, "Replay"),
    );
  return [
    el("h1", {}, `Parked: ${total}`),
    total === 0 ? "" : el("button", { type: "button", click: replay("") }, "Replay all"),
    list(items, line, "Nothing is parked. Good."),
  ];
}

async function reps() {
  const { connections } = await api("/overview");
  const groups = await Promise.all(
    connections.map(async ({ name }) => [name, (await api(`/reps${path(name)}`)).items]),
  );
  const device = ({ channel, label, state, lastAcceptedAt = null }) =>
    el("small", {}, `${channel} ${label}: ${state} ${when(lastAcceptedAt)}`);
  const line = ({ userId, name = userId, email = "", devices }) =>
    el("li", {}, el("span", {}, `${name} ${email}`), ...devices.map(device));
  return groups.flatMap(([name, items]) => [
    el("h1", {}, `Reps of ${name}`),
    list(items, line, "No reps are known yet."),
  ]);
}

const VIEWS = { "": overview, appointments, appointment, parked, reps };

async function show() {
  const [route, query] = location.hash.slice(2).split("?", 2);
  const [name, ...parts] = route.split("/").map(decodeURIComponent);
  for (const link of document.querySelectorAll("nav a")) {
    link.setAttribute("aria-current", link.getAttribute("href") === `#/${name}` ? "page" : "false");
  }
  const render = VIEWS[name] ?? overview;
  view.replaceChildren(...(await render(parts, new URLSearchParams(query))));
}

/** Does something, then shows the view anew; what goes wrong stands above it. */
async function attempt(action) {
  try {
    await action();
    await show();
  } catch (error) {
    view.querySelector("#loading")?.remove();
    view.prepend(el("p", { class: "note", role: "alert" }, error.message));
  }
}

addEventListener("hashchange", () => attempt(() => undefined));
await attempt(() => undefined);
