import { actionButton, el, icon, say } from "./dom.js";

/** Something to copy by one tap, and readable for who must type it. */
export function copyable(label, text) {
  const button = actionButton(
    "Copy",
    async () => {
      await copy(text);
      button.textContent = "Copied";
      say(`${label} copied`);
    },
    { class: "small", "aria-label": `Copy: ${label}` },
  );
  return el(
    "div",
    { class: "copyable" },
    el("span", { class: "quiet" }, label),
    el("code", {}, text),
    button,
  );
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) {
    throw new Error("It could not be copied. Touch and hold the text instead.", { cause: error });
  }
}

/** Numbered steps; each one a list of nodes. */
export function steps(...items) {
  return el("ol", { class: "steps" }, ...items.map((nodes) => el("li", {}, ...nodes)));
}

/** A further way that most need not know about, closed until it is asked for. */
export function more(summary, ...children) {
  return el("details", { class: "card" }, el("summary", {}, summary), ...children);
}

/** A light with the words that say what it means. */
export function healthLine({ level, text }) {
  const names = { good: "done", warn: "warn", bad: "canceled" };
  return el("p", { class: `health ${level}` }, icon(names[level] ?? "warn"), el("span", {}, text));
}

/** How to allow what was once refused; only the browser's own settings can. */
export function blockedSteps(system) {
  const ways = {
    ios: [
      "Open Settings on the iPhone.",
      "Tap Notifications, then Siro Bridge.",
      "Allow notifications.",
    ],
    android: [
      "Touch and hold the app's icon, then App info.",
      "Tap Notifications and allow them.",
      "In Chrome instead: the lock or sliders beside the address, then Permissions.",
    ],
    desktop: [
      "Click the lock or sliders beside the address.",
      "Set Notifications to Allow.",
      "Load the page anew.",
    ],
  };
  return steps(...ways[system].map((text) => [text]));
}
