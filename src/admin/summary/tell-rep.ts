import { beginOf, LATE_AFTER_MS } from "../../domain/begin-of-visit.ts";
import { type Prompt, promptStateAt } from "../../domain/prompt.ts";
import { nameOf, whyUnreachable } from "./name-device.ts";
import type { RepView, Told } from "./rep-view.ts";
import { tellSent } from "./tell-sent.ts";
import { tellTrouble } from "./tell-trouble.ts";

/** Says why one rep got, or did not get, the link that begins the recording. Pure. */
export function tellRep(view: RepView): Told {
  const begin = beginOf(view.prompts);
  if (begin === undefined) {
    return tellUnplanned(view);
  }
  switch (promptStateAt(begin, view.nowMs)) {
    case "waiting":
      return tellWaiting(view, begin);
    case "due":
      return view.isOn ? tellDue(view, begin) : notSent(offReason(view));
    case "sent":
      return tellSent(view, begin);
    case "expired":
      return notSent(
        offReason(view) ??
          heldReason(view, begin) ??
          tellTrouble(view, begin) ??
          tooLate(view, begin),
      );
    case "skipped":
      return notSent(offReason(view) ?? begin.reason.replace(/^Not sent: /, ""));
    case "superseded":
      return notSent(offReason(view) ?? movedReason(view) ?? "a newer plan has no start for it");
  }
}

function notSent(why = "it came too late to be useful"): Told {
  return { outlook: "not-sent", text: `Not sent: ${why}` };
}

/** Why nothing is sent any more for this visit and rep; undefined while it stands. */
function offReason({ appointment, isOn, story, clock }: RepView): string | undefined {
  const { status } = appointment;
  if (status === "canceled" || status === "completed") {
    const at = story.ended === undefined ? "" : ` at ${clock.second(story.ended.atMs)}`;
    const why = story.ended?.why ? ` (${story.ended.why})` : "";
    return `the appointment was ${status}${at}${why}`;
  }
  return isOn ? undefined : "the appointment was given to someone else";
}

function movedReason({ story: { moved }, clock }: RepView): string | undefined {
  return moved === undefined
    ? undefined
    : `the appointment was moved at ${clock.minute(moved.atMs)} to ${clock.minute(moved.toMs)}`;
}

/** A prompt that a hold kept back until it was of no use. */
function heldReason({ clock }: RepView, { heldSinceMs }: Prompt): string | undefined {
  return heldSinceMs === undefined
    ? undefined
    : `the connection was on hold from ${clock.minute(heldSinceMs)}, and it came too late to be useful`;
}

function tooLate({ clock }: RepView, { expiresAtMs }: Prompt): string {
  return `no device took it before ${clock.minute(expiresAtMs)}`;
}

function tellUnplanned(view: RepView): Told {
  const { appointment, nowMs } = view;
  const off = offReason(view);
  if (off !== undefined || nowMs >= appointment.endAtMs) {
    return notSent(off ?? "the visit was over before anything was planned for it");
  }
  return nowMs < appointment.startAtMs
    ? { outlook: "planned", text: "Waiting: it is planned when its day comes nearer" }
    : { outlook: "due", text: "Waiting: its prompts are being planned" };
}

function tellWaiting(view: RepView, begin: Prompt): Told {
  const { clock, nowMs, rep } = view;
  const off = offReason(view);
  if (off !== undefined || nowMs >= begin.expiresAtMs) {
    return notSent(off ?? heldReason(view, begin));
  }
  const held = holdNote(view);
  if (held !== undefined && nowMs >= begin.dueAtMs) {
    return { outlook: "due", text: `Not sent yet: ${held}` };
  }
  if (nowMs - begin.dueAtMs > LATE_AFTER_MS) {
    const text = `Late: the ${begin.action} was due at ${clock.second(begin.dueAtMs)} and was not handed out yet`;
    return { outlook: "due", text };
  }
  const what =
    begin.action === "restart" ? "the restart, which also ends the visit before," : "the start";
  const text = `Waiting: ${what} is due at ${clock.minute(begin.dueAtMs)}`;
  const trouble = whyUnreachable(rep);
  return {
    outlook: "planned",
    text: [text + movedNote(view), earlierNote(view), held, trouble].filter(Boolean).join("; "),
  };
}

/** In plain words that nothing goes out, and since when; undefined while the connection delivers. */
function holdNote({ hold, clock }: RepView): string | undefined {
  return hold === undefined
    ? undefined
    : `the connection is on hold since ${clock.minute(hold.sinceMs)} (${hold.by})`;
}

function movedNote({ story: { moved }, appointment, clock }: RepView): string {
  return moved !== undefined && moved.toMs === appointment.startAtMs
    ? ` (moved at ${clock.minute(moved.atMs)} to ${clock.minute(moved.toMs)})`
    : "";
}

/** A visit that moved far away after its start was sent is asked to start again. */
function earlierNote({ prompts, clock }: RepView): string | undefined {
  const earlier = prompts.findLast(({ action, state }) => action !== "stop" && state === "sent");
  return earlier?.sentAtMs === undefined
    ? undefined
    : `an earlier ${earlier.action} was sent at ${clock.second(earlier.sentAtMs)}`;
}

function tellDue(view: RepView, begin: Prompt): Told {
  const { clock, rep } = view;
  const trouble = holdNote(view) ?? tellTrouble(view, begin);
  if (trouble !== undefined) {
    return { outlook: "due", text: `Not sent yet: ${trouble}` };
  }
  const since = clock.second(begin.firedAtMs ?? begin.dueAtMs);
  const isAsking = rep.devices.every(
    ({ state, channel }) => state !== "active" || channel === "pull",
  );
  const what = isAsking
    ? `${nameOf(rep)}'s automation has not asked for it yet`
    : "it is on its way to the devices";
  return { outlook: "due", text: `Due since ${since}: ${what}` };
}
