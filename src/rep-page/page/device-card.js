import { api, part } from "./calls.js";
import { actionButton, chip, el, icon, say } from "./dom.js";
import { tokenParts } from "./extras.js";
import { forgetDevice, keptDevice } from "./kept.js";
import { moment } from "./moments.js";
import { healthLine } from "./setup-parts.js";

const CHANNELS = {
  "web-push": "Alerts of this page",
  ntfy: "ntfy app",
  webhook: "Webhook",
  email: "E-mail",
  sms: "Text message",
  "salesforce-notification": "Salesforce notification",
  pull: "Phone automation",
};

/** One device: its health in words, and what can be done with it. */
export function deviceCard(device, app) {
  const path = `/devices/${part(device.deviceId)}`;
  const place = el("div", { class: "stack" });
  const change = async (body, done) => {
    await api(path, { method: "POST", body });
    say(done);
    await app.show();
  };
  return el(
    "article",
    { class: "card device" },
    el(
      "div",
      { class: "line" },
      icon(iconOf(device)),
      el("h2", {}, device.label),
      device.isThis ? chip("done", "This device", "accent") : undefined,
      device.isPrimary ? chip("bell", "Alerted first", "accent") : undefined,
    ),
    healthLine(device.health),
    el("p", { class: "quiet" }, factsOf(device)),
    place,
    el(
      "div",
      { class: "actions" },
      small("Rename", device, () => place.replaceChildren(renameForm(device, change))),
      device.isPrimary || device.channel === "pull"
        ? undefined
        : small("Alert first", device, () =>
            change({ isPrimary: true }, `${device.label} is alerted first`),
          ),
      device.channel === "pull"
        ? small("New token", device, async () => {
            const { token } = await api(`${path}/token`, { method: "POST" });
            place.replaceChildren(...tokenParts(token));
          })
        : undefined,
      small("Remove", device, () => place.replaceChildren(removeQuestion(device, app, place))),
    ),
  );
}

function iconOf({ channel, platform }) {
  if (channel === "pull") {
    return "bolt";
  }
  return platform === "desktop" ? "computer" : "phone";
}

function factsOf({ channel, lastShownAt, lastAcceptedAt, createdAt }) {
  const name = CHANNELS[channel] ?? channel;
  if (lastShownAt !== undefined) {
    return `${name} · last alert shown ${moment(lastShownAt)}`;
  }
  return lastAcceptedAt === undefined
    ? `${name} · added ${moment(createdAt)}`
    : `${name} · last alert sent ${moment(lastAcceptedAt)}`;
}

function small(text, { label }, action) {
  return actionButton(text, action, { class: "small", "aria-label": `${text}: ${label}` });
}

function renameForm({ deviceId, label }, change) {
  const id = `name-${deviceId}`;
  const input = el("input", {
    id,
    value: label,
    required: true,
    maxlength: "80",
    autocomplete: "off",
  });
  const save = actionButton(
    "Save",
    async () => {
      if (input.value.trim() === "") {
        throw new Error("A device needs a name.");
      }
      await change({ label: input.value.trim() }, "Renamed");
    },
    { class: "small strong" },
  );
  const submit = (event) => {
    event.preventDefault();
    save.click();
  };
  queueMicrotask(() => input.focus());
  return el(
    "form",
    { class: "inline", novalidate: true, submit },
    el("label", { for: id }, "Name of this device"),
    input,
    save,
  );
}

function removeQuestion({ deviceId, label }, app, place) {
  const remove = async () => {
    await api(`/devices/${part(deviceId)}`, { method: "DELETE" });
    if (keptDevice() === deviceId) {
      forgetDevice();
    }
    say(`${label} removed`);
    await app.show();
  };
  const yes = actionButton("Remove it", remove, { class: "small danger" });
  queueMicrotask(() => yes.focus());
  return el(
    "div",
    { class: "inline", role: "group", "aria-label": `Remove ${label}` },
    el("p", {}, `Remove ${label}? It gets no alerts any more.`),
    yes,
    actionButton("Keep it", () => place.replaceChildren(), { class: "small" }),
  );
}
