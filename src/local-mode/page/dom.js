const CLOCK = new Intl.DateTimeFormat([], {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 1,
  hourCycle: "h23",
});

const SHORT = new Intl.DateTimeFormat([], {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** A moment as timelines write it. */
export const ISO_TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** The element with this id; the page has it from the beginning. */
export const byId = (id) => document.getElementById(id);

/** A moment as the viewer's clock shows it. */
export function clock(time, length) {
  return (length === "short" ? SHORT : CLOCK).format(new Date(time));
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

/** Posts JSON to the bridge and gives what it answers; a refusal is said on the page. */
export async function post(path, body) {
  try {
    return await send(path, body);
  } catch {
    lost();
    return undefined;
  }
}

async function send(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) {
    byId("connection").textContent = `The bridge answered ${answer.status}. Is Redis up?`;
    return undefined;
  }
  const isJson = answer.headers.get("content-type")?.includes("json");
  return isJson ? await answer.json() : undefined;
}
