import { el, icon, note } from "./dom.js";
import { keepAlertsFresh } from "./push.js";

const TURN_ON = { href: "#/setup", label: "Turn them on" };

/** What a rep should know on every page, by how the alerts of this device stand. */
const NOTICES = {
  removed: { text: "This device was removed: it gets no alerts any more.", ...TURN_ON },
  off: { text: "Alerts are off on this device.", ...TURN_ON },
  blocked: {
    text: "Alerts are blocked in this browser's settings.",
    href: "#/devices",
    label: "See how to allow them",
  },
};

let standing;

/** Where views leave room for it. */
export const noticePlace = el("div", { class: "slot" });

/** Takes the notice away: what it said is not so any more. */
export function clearNotice() {
  standing = undefined;
  fillNotice();
}

/** Shows the notice, if there is one, in its place. */
export function fillNotice() {
  const found = NOTICES[standing];
  noticePlace.replaceChildren(
    ...(found === undefined
      ? []
      : [
          note(
            "warn",
            icon("bell"),
            el("p", {}, found.text, " ", el("a", { href: found.href }, found.label)),
          ),
        ]),
  );
}

/** Brings the alerts of this device up to date; nobody waits for it, push services can be slow. */
export async function freshenAlerts(me) {
  try {
    standing = await keepAlertsFresh(me);
  } catch {
    // No answer, or no push service: Devices says how the alerts fare, and the next launch tries again.
    standing = undefined;
  }
  fillNotice();
}
