import type { AppointmentDossier } from "../books/appointment-book.ts";
import type { Hold } from "../domain/hold.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import { type LocalClock, localClock } from "./summary/local-clock.ts";
import { nameOf, type SummaryRep } from "./summary/name-device.ts";
import { readStory, type Story } from "./summary/read-story.ts";
import type { Outlook, Told } from "./summary/rep-view.ts";
import { tellRep } from "./summary/tell-rep.ts";

/** All that a summary is made of. */
export interface SummaryFacts {
  /** Undefined for a record of which there is only a timeline. */
  readonly dossier: AppointmentDossier | undefined;
  /** Oldest first; the newest few dozen entries suffice. */
  readonly timeline: readonly TimelineEntry[];
  /** The reps that the appointment names, or has prompts for, with their devices. */
  readonly reps: readonly SummaryRep[];
  /** The connection is on hold. */
  readonly hold?: Hold | undefined;
  readonly nowMs: number;
}

/** One line about an appointment, its outlook in one word, and the zone that its times are in. */
export interface Summary {
  readonly summary: string;
  readonly outlook: Outlook;
  readonly summaryTimeZone: string;
}

/**
 * Answers in one line why the reps of an appointment got, or did not get, its link. Pure.
 *
 * Times are those of the first rep's zone, UTC where it is not known; `summaryTimeZone` says which.
 */
export function summarizeAppointment(facts: SummaryFacts): Summary {
  const { dossier, reps } = facts;
  const timeZone = reps.find((rep) => rep.timeZone !== undefined)?.timeZone ?? "UTC";
  const story = readStory(facts.timeline);
  const told =
    dossier === undefined
      ? { outlook: "not-sent" as const, text: "Not sent: the appointment itself is not known" }
      : tellDossier(dossier, facts, {
          story,
          clock: localClock(timeZone, dossier.stored.appointment.startAtMs),
        });
  const { outlook, text } = withParked(told, story);
  return { summary: text, outlook, summaryTimeZone: timeZone };
}

/** The outlook of an appointment by its dossier alone: what is parked is not looked at. Pure. */
export function outlookOf(dossier: AppointmentDossier, nowMs: number): Outlook {
  const { stored, prompts } = dossier;
  const userIds = new Set([
    ...stored.appointment.reps.map(({ userId }) => userId),
    ...prompts.map(({ userId }) => userId),
  ]);
  const reps = [...userIds].map((userId) => ({ userId, devices: [] }));
  return summarizeAppointment({ dossier, timeline: [], reps, nowMs }).outlook;
}

/** Differing reps show in the order in which an operator must care. */
const BY_CARE: readonly Outlook[] = ["not-sent", "due", "planned", "sent", "opened", "done"];

interface Place {
  readonly story: Story;
  readonly clock: LocalClock;
}

function tellDossier(
  { stored, prompts, deliveries, receipts }: AppointmentDossier,
  { reps, hold, nowMs }: SummaryFacts,
  place: Place,
): Told {
  const { appointment } = stored;
  const isNamed = ({ userId }: SummaryRep) => appointment.reps.some((one) => one.userId === userId);
  const told = reps.map((rep) => {
    const ownPrompts = prompts.filter(({ userId }) => userId === rep.userId);
    const isOn = isNamed(rep);
    const view = { ...place, rep, isOn, appointment, deliveries, receipts, hold, nowMs };
    return { rep, isOn, ...tellRep({ ...view, prompts: ownPrompts }) };
  });
  const isCanceled = appointment.status === "canceled";
  const counted = told.some(({ isOn }) => isOn) ? told.filter(({ isOn }) => isOn) : told;
  const text =
    told.length === 0 ? nobodyText(appointment.startAtMs, nowMs) : joined(told, isCanceled);
  const lost = nowMs < appointment.startAtMs ? "planned" : "not-sent";
  const outlook = BY_CARE.find((one) => counted.some((rep) => rep.outlook === one)) ?? lost;
  return { outlook: isCanceled ? "canceled" : outlook, text };
}

function nobodyText(startAtMs: number, nowMs: number): string {
  return nowMs < startAtMs
    ? "Waiting: it has no rep to prompt yet"
    : "Not sent: it had no rep to prompt";
}

type ToldRep = Told & { readonly rep: SummaryRep };

/** With several reps each part begins with a name. */
function joined(told: readonly ToldRep[], isCanceled: boolean): string {
  const texts = new Set(told.map(({ text }) => text));
  const parts =
    texts.size === 1
      ? [...texts]
      : told.map(
          ({ rep, text }) => `${nameOf(rep)}: ${text.charAt(0).toLowerCase()}${text.slice(1)}`,
        );
  const wasSent = told.some(({ outlook }) => outlook !== "not-sent");
  return [...parts, ...(isCanceled && wasSent ? ["the appointment was canceled"] : [])].join("; ");
}

/** Work that is parked is why nothing came; where something was sent it is only told besides. */
function withParked(told: Told, { parked }: Story): Told {
  if (parked === undefined || told.outlook === "canceled") {
    return told;
  }
  const text = [`Parked: ${parked.reason}`, parked.detail].filter(Boolean).join(". ");
  const wasSent = told.outlook === "sent" || told.outlook === "opened" || told.outlook === "done";
  return wasSent
    ? { ...told, text: `${told.text}; later work for it is parked: ${parked.reason}` }
    : { outlook: "parked", text };
}
