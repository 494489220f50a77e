import { api, part } from "./calls.js";
import { actionButton, el, icon, note } from "./dom.js";
import { addRowPicture, homeScreenPicture, shareButtonPicture } from "./pictures.js";
import { platform } from "./platform.js";
import { copyable, steps } from "./setup-parts.js";

let installPrompt;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  installPrompt = event;
});

/** The step that puts the page among the phone's apps, as this system does it. */
export function installStep(context) {
  return platform() === "ios" ? iosStep() : otherStep(context);
}

/** The installed app has its own cookies: a code in its address tells it who the rep is. */
async function iosStep() {
  const { code } = await api("/pairing-codes", { method: "POST" });
  const start = `pair=${part(code)}`;
  document.querySelector("#manifest").href = `/rep/manifest.webmanifest?${start}`;
  history.replaceState(null, "", `/rep?${start}${location.hash}`);
  return {
    nodes: [
      el("p", { class: "lead" }, "An iPhone shows alerts only for apps on the Home Screen."),
      steps(
        [
          el(
            "p",
            {},
            "Tap ",
            el("strong", {}, "Share"),
            icon("share"),
            " in the browser's bar. Not there? Tap ••• first.",
          ),
          shareButtonPicture(),
        ],
        [
          el("p", {}, "Scroll down and tap ", el("strong", {}, "Add to Home Screen"), "."),
          addRowPicture(),
        ],
        [
          el(
            "p",
            {},
            "Open ",
            el("strong", {}, "Siro Bridge"),
            " from the Home Screen and go on there.",
          ),
          homeScreenPicture(),
        ],
      ),
      el(
        "section",
        { class: "card" },
        el("h2", {}, "If the app asks for a code"),
        copyable("Pairing code", code),
        el(
          "p",
          { class: "quiet" },
          "It works once, for an hour. Load this page anew for another one.",
        ),
      ),
    ],
  };
}

function otherStep({ next, skip }) {
  const isPhone = platform() === "android";
  const install = async () => {
    const asked = installPrompt;
    if (asked === undefined) {
      throw new Error("Use the browser's menu: “Install app” or “Add to Home screen”.");
    }
    installPrompt = undefined;
    await asked.prompt();
    if ((await asked.userChoice).outcome === "accepted") {
      next();
    }
  };
  return {
    nodes: [
      el(
        "p",
        { class: "lead" },
        isPhone
          ? "As an app it has its own icon, and the phone does not take its alerts away again."
          : "On a computer this is optional: alerts work in the browser, too.",
      ),
      note(
        "",
        icon("dots"),
        el(
          "p",
          {},
          "No question from the browser? Open its menu and choose “Install app” or “Add to Home screen”.",
        ),
      ),
      actionButton("Install the app", install),
      skip(isPhone ? "Go on without installing" : "Go on in the browser"),
    ],
  };
}
