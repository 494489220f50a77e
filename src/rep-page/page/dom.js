import { PATHS } from "./icon-paths.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * Builds an element. Text goes in as text, so nothing that a CRM holds can become markup.
 *
 * A function is a listener; an attribute that is false, null or undefined stays away, and so does such a child.
 */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Builds an element of a drawing. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** A small drawing beside words that say the same; never alone. */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] ?? PATHS.clock }),
  );
}

/** Tells a screen reader what changed, without moving anything. */
export function say(text) {
  document.querySelector("#say").textContent = text;
}

/** A word with its drawing; the tone colours it, the word carries the meaning. */
export function chip(iconName, text, tone = "") {
  return el("span", { class: `chip ${tone}` }, icon(iconName), text);
}

/** A message in a box. */
export function note(tone, ...children) {
  return el("div", { class: `note ${tone}`, role: tone === "bad" ? "alert" : false }, ...children);
}

/**
 * A button that does something that may take a while or fail.
 *
 * A second press while the first one works does nothing; a failure stands in words below the button.
 */
export function actionButton(label, action, attributes = {}) {
  const button = el("button", { type: "button", class: "button", ...attributes }, label);
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-busy") === "true") {
      return;
    }
    button.setAttribute("aria-busy", "true");
    clearFailure(button);
    try {
      await action();
    } catch (error) {
      const failure = note("bad", error.message);
      failure.dataset.failure = "";
      button.after(failure);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
  return button;
}

function clearFailure(button) {
  const next = button.nextElementSibling;
  if (next?.dataset.failure !== undefined) {
    next.remove();
  }
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else if (isThere(value)) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.filter(isThere));
  return element;
}

function isThere(value) {
  return value !== false && value !== null && value !== undefined;
}
