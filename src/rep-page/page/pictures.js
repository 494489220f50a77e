import { svg } from "./dom.js";
import { PATHS } from "./icon-paths.js";

const PHONE = [svgRect({ class: "frame", x: 1, y: 1, width: 238, height: 118, rx: 14 })];

/** Safari's bar at the bottom, its Share button marked. */
export function shareButtonPicture() {
  return picture("Safari's bar at the bottom of the screen; the Share button is in the middle", [
    svg("path", { class: "bar", d: "M1 64h238v41a14 14 0 0 1-14 14H15a14 14 0 0 1-14-14z" }),
    svgRect({ class: "field", x: 16, y: 20, width: 208, height: 26, rx: 13 }),
    line({ class: "faint", d: "M40 84l-8 8 8 8" }),
    line({ class: "faint", d: "M76 84l8 8-8 8" }),
    line({ class: "faint", d: "M160 84h16v16h-16zM168 84v16" }),
    line({ class: "faint", d: "M200 86h12v12h-12zM204 82h12v12" }),
    ring(120, 92),
    glyph("share", { x: 108, y: 79, size: 24 }),
  ]);
}

/** The row of the Share sheet that puts the page on the Home Screen. */
export function addRowPicture() {
  return picture("The list behind Share; the row Add to Home Screen is marked", [
    row(14, "Copy", "faint"),
    row(46, "Add to Home Screen", "marked"),
    row(78, "Add Bookmark", "faint"),
  ]);
}

/** The app's icon among others on the Home Screen. */
export function homeScreenPicture() {
  const places = [0, 1, 2, 3].map((at) =>
    svgRect({
      class: at === 2 ? "ours" : "field",
      x: 24 + at * 51,
      y: 28,
      width: 38,
      height: 38,
      rx: 9,
    }),
  );
  return picture("The Home Screen with the new icon on it", [
    ...places,
    svg("path", { class: "mark", d: "M133 55c0-14 24-14 24 0" }),
    svg("circle", { class: "dot", cx: 145, cy: 53, r: 4 }),
    svg("text", { x: 145, y: 84, "text-anchor": "middle", class: "word" }, "Siro Bridge"),
  ]);
}

function picture(text, shapes) {
  return svg(
    "svg",
    { class: "picture", viewBox: "0 0 240 120", role: "img", "aria-label": text },
    ...PHONE.map((shape) => shape.cloneNode(true)),
    ...shapes,
  );
}

function row(y, text, name) {
  return svg(
    "g",
    { class: name },
    svgRect({ class: "cell", x: 14, y, width: 212, height: 28, rx: 7 }),
    svg("text", { x: 26, y: y + 18.5, class: "word" }, text),
    name === "marked" ? glyph("plus", { x: 196, y: y + 4, size: 20 }) : undefined,
  );
}

function svgRect(attributes) {
  return svg("rect", attributes);
}

function line({ class: name, d }) {
  return svg("path", { class: `line ${name}`, d });
}

function ring(cx, cy) {
  return svg("circle", { class: "ring", cx, cy, r: 20 });
}

function glyph(name, { x, y, size }) {
  return svg(
    "svg",
    { x, y, width: size, height: size, viewBox: "0 0 24 24" },
    svg("path", { class: "line strong", d: PATHS[name] }),
  );
}
