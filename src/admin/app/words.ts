import type { ListedAppointment, NamedRep, Outlook } from "./api-shapes.ts";
import type { IconName } from "./parts/icon-paths.ts";

/** How good or bad something is, told by colour beside its word and icon. */
export type Tone = "quiet" | "accent" | "good" | "warn" | "bad";

/** A state as it is shown: word, icon and colour together. */
export interface Shown {
  readonly word: string;
  readonly icon: IconName;
  readonly tone: Tone;
}

/** How an appointment's way is shown. */
export const OUTLOOKS: Readonly<Record<Outlook, Shown>> = {
  planned: { word: "Planned", icon: "clock", tone: "quiet" },
  due: { word: "Due now", icon: "bell", tone: "accent" },
  sent: { word: "Sent", icon: "sent", tone: "accent" },
  opened: { word: "Opened", icon: "opened", tone: "good" },
  done: { word: "Done", icon: "done", tone: "good" },
  "not-sent": { word: "Not sent", icon: "warn", tone: "warn" },
  parked: { word: "Parked", icon: "parked", tone: "bad" },
  canceled: { word: "Canceled", icon: "canceled", tone: "quiet" },
};

const STATUSES: Readonly<Record<string, Shown>> = {
  scheduled: { word: "Scheduled", icon: "today", tone: "quiet" },
  "in-progress": { word: "In progress", icon: "record", tone: "accent" },
  completed: { word: "Completed", icon: "done", tone: "quiet" },
  canceled: { word: "Canceled", icon: "canceled", tone: "quiet" },
};

const PROMPT_STATES: Readonly<Record<string, Shown>> = {
  waiting: { word: "Waiting", icon: "clock", tone: "quiet" },
  due: { word: "Due now", icon: "bell", tone: "accent" },
  sent: { word: "Sent", icon: "sent", tone: "good" },
  superseded: { word: "Superseded", icon: "replay", tone: "quiet" },
  skipped: { word: "Skipped", icon: "canceled", tone: "quiet" },
  expired: { word: "Expired", icon: "warn", tone: "warn" },
};

/** What is not known is not shown: it proves nothing. */
const CONFIRMATIONS: Readonly<Record<string, Shown>> = {
  confirmed: { word: "Recording confirmed", icon: "record", tone: "good" },
  "not-confirmed": { word: "Recording not confirmed", icon: "warn", tone: "warn" },
};

const DELIVERY_STATES: Readonly<Record<string, Shown>> = {
  sending: { word: "Sending", icon: "sent", tone: "accent" },
  accepted: { word: "Accepted", icon: "done", tone: "good" },
  retrying: { word: "Trying again", icon: "replay", tone: "warn" },
  expired: { word: "Expired", icon: "warn", tone: "warn" },
  withdrawn: { word: "Withdrawn", icon: "canceled", tone: "quiet" },
  spared: { word: "Not needed", icon: "opened", tone: "quiet" },
  gone: { word: "Device is gone", icon: "canceled", tone: "bad" },
  refused: { word: "Refused", icon: "warn", tone: "bad" },
};

const OUTCOMES: Readonly<Record<string, Shown>> = {
  accepted: { word: "Accepted", icon: "done", tone: "good" },
  "device-gone": { word: "Device is gone", icon: "canceled", tone: "bad" },
  "try-later": { word: "Not reached", icon: "warn", tone: "warn" },
  refused: { word: "Refused", icon: "warn", tone: "bad" },
};

const CHANNELS: Readonly<Record<string, string>> = {
  "web-push": "Web push",
  ntfy: "ntfy",
  webhook: "Webhook",
  email: "E-mail",
  sms: "Text message",
  "salesforce-notification": "Salesforce app",
  pull: "Phone automation",
};

const ACTIONS: Readonly<Record<string, string>> = {
  start: "Start recording",
  stop: "Stop recording",
  restart: "Stop, then start the next recording",
};

const KINDS: Readonly<Record<string, string>> = {
  event: "event",
  delivery: "delivery",
  prompt: "prompt",
  mend: "recording to look after in Siro",
  sync: "visit to put to Siro",
  "write-back": "answer to the CRM",
  unreadable: "work of another version",
};

/** How an appointment stands; its status alone where its way is not told. */
export function shownOutlook({
  outlook,
  status,
}: Pick<ListedAppointment, "outlook" | "status">): Shown {
  return (outlook === undefined ? undefined : OUTLOOKS[outlook]) ?? shownStatus(status);
}

/** How the CRM says an appointment stands. */
export function shownStatus(status: string): Shown {
  return STATUSES[status] ?? unknown(status);
}

/** How a prompt stands. */
export function shownPrompt(state: string): Shown {
  return PROMPT_STATES[state] ?? unknown(state);
}

/** What Siro told of the recording; undefined where nothing is known. */
export function shownConfirmation(confirmation: string | undefined): Shown | undefined {
  return CONFIRMATIONS[confirmation ?? ""];
}

/** How a delivery stands. */
export function shownDelivery(state: string): Shown {
  return DELIVERY_STATES[state] ?? unknown(state);
}

/** How a test prompt fared. */
export function shownOutcome(outcome: string): Shown {
  return OUTCOMES[outcome] ?? unknown(outcome);
}

/** The name of a channel for people. */
export function channelName(channel: string): string {
  return CHANNELS[channel] ?? channel;
}

/** What a device is called, and through which channel it is reached where that is not the same. */
export function deviceNames(label: string | undefined, channel: string): readonly string[] {
  const name = channelName(channel);
  const isOwn = label !== undefined && label !== "" && label.toLowerCase() !== name.toLowerCase();
  return isOwn ? [label, name] : [name];
}

/** What a prompt asks for. */
export function actionName(action: string): string {
  return ACTIONS[action] ?? action;
}

/** What kind of work was parked. */
export function workName(kind: string): string {
  return KINDS[kind] ?? kind;
}

/** A rep's name; what else is known where there is none. */
export function repName({ name, email, userId }: NamedRep): string {
  return name || email || userId;
}

/** A number with its noun. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}

function unknown(word: string): Shown {
  return { word, icon: "dots", tone: "quiet" };
}
