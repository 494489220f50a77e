const CLOCK = new Intl.DateTimeFormat([], {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 1,
  hourCycle: "h23",
});

export const byId = (id) => document.getElementById(id);

/** A moment as the viewer's clock shows it. */
export function clock(time) {
  return CLOCK.format(new Date(time));
}

/** Builds an element; text is always text, never markup. */
export function element(tag, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...(text === undefined ? [] : [text]), ...children);
  return made;
}

/** Says that something does not answer. */
export function lost() {
  byId("connection").textContent = "The bridge is not answering; trying again…";
}

/** Posts JSON to the bridge; a refusal is said on the page. */
export function post(path, body) {
  send(path, body).catch(lost);
}

async function send(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) {
    byId("connection").textContent = `The bridge answered ${answer.status}. Is Redis up?`;
  }
}
