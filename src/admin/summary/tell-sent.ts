import { isOpened } from "../../domain/begin-of-visit.ts";
import { confirmationOf, type Prompt } from "../../domain/prompt.ts";
import { type Receipt, type ReceiptKind, receiptRank } from "../../domain/receipt.ts";
import { recordingsOf } from "../../domain/recordings-of.ts";
import { deviceName, nameOf } from "./name-device.ts";
import type { RepView, Told } from "./rep-view.ts";

/** Words a link that reached its rep: to which device, when, and how far the rep is known to have come. */
export function tellSent(view: RepView, begin: Prompt): Told {
  const { appointment, nowMs } = view;
  const isOver =
    nowMs >= appointment.endAtMs ||
    appointment.status === "completed" ||
    appointment.status === "canceled";
  const steps = stepsOf(view, begin);
  const wasOpened = isOpened(begin);
  const parts = [sentText(view, begin), ...steps, lackOf(begin, { wasOpened, isOver })];
  return {
    outlook: outlookOf(wasOpened, isOver),
    text: [parts.filter(Boolean).join(", "), stopText(view)].filter(Boolean).join("; "),
  };
}

/** What is missing so far; that nothing confirms a recording does not say that there is none. */
function lackOf(
  begin: Prompt,
  { wasOpened, isOver }: { readonly wasOpened: boolean; readonly isOver: boolean },
): string | undefined {
  if (!wasOpened) {
    return isOver ? "never opened" : "not opened yet";
  }
  return confirmationOf(begin) === "not-confirmed" ? "no recording is confirmed" : undefined;
}

function outlookOf(wasOpened: boolean, isOver: boolean): Told["outlook"] {
  if (!wasOpened) {
    return "sent";
  }
  return isOver ? "done" : "opened";
}

function sentText(view: RepView, begin: Prompt): string {
  const { clock, rep } = view;
  const [first, ...more] = acceptedDevices(view, begin);
  const restart = begin.action === "restart" ? " as a restart that also ends the visit before" : "";
  if (first === undefined) {
    return `Offered on ${nameOf(rep)}'s page${restart}`;
  }
  const others =
    more.length === 0 ? "" : ` and ${more.map((id) => deviceName(rep, id)).join(", ")}`;
  const at = clock.second(begin.sentAtMs ?? begin.dueAtMs);
  return `Sent to ${deviceName(rep, first)}${others} at ${at}${restart}`;
}

function acceptedDevices({ deliveries }: RepView, { promptId }: Prompt): readonly string[] {
  return deliveries
    .filter((one) => one.promptId === promptId && one.state === "accepted")
    .sort((left, right) => left.updatedAtMs - right.updatedAtMs)
    .map(({ deviceId }) => deviceId);
}

const STEPS: Readonly<Record<ReceiptKind, string | undefined>> = {
  // What was opened was shown as well.
  delivered: undefined,
  opened: "opened",
  returned: "back from Siro",
  received: undefined,
  consumed: undefined,
  recording: "recording since",
  stopped: "stopped",
  linked: "on the CRM's records",
};

/** The rungs that are known, weakest first; the first evidence of each. */
function stepsOf(view: RepView, begin: Prompt): readonly string[] {
  const isOneOfMany = recordingsOf(begin).length > 1;
  const own = [...view.receipts.filter(({ kind }) => !isOneOfMany || kind !== "stopped")]
    .concat(siroEvidence(begin))
    .filter(({ promptId }) => promptId === begin.promptId)
    .sort(
      (left, right) => receiptRank(left.kind) - receiptRank(right.kind) || left.atMs - right.atMs,
    );
  const firsts = own.filter(({ kind }, at) => own.findIndex((one) => one.kind === kind) === at);
  const known = firsts.flatMap((receipt) => stepOf(view, receipt, begin) ?? []);
  const isNamed = firsts.some(({ kind }) => STEPS[kind] !== undefined);
  return isNamed || begin.answeredAtMs === undefined
    ? known
    : [...known, `opened ${view.clock.second(begin.answeredAtMs)}`];
}

/** What Siro told stands on the prompt also where no receipt tells of it. */
function siroEvidence(prompt: Prompt): readonly Receipt[] {
  const { promptId, userId, recording } = prompt;
  const { seenAtMs, linkedAtMs } = recording ?? {};
  const times = { recording: seenAtMs, stopped: lastEndMs(prompt), linked: linkedAtMs } as const;
  const base = { promptId, userId, source: "siro-events" } as const;
  return (["recording", "stopped", "linked"] as const).flatMap((kind) => {
    const atMs = times[kind];
    return atMs === undefined ? [] : [{ ...base, kind, atMs }];
  });
}

/** Of several recordings the last to end decides; while one may run the visit has not stopped. */
function lastEndMs(prompt: Prompt): number | undefined {
  const ends = recordingsOf(prompt).map(({ endedAtMs }) => endedAtMs);
  const known = ends.filter((atMs) => atMs !== undefined);
  return known.length === 0 || known.length < ends.length ? undefined : Math.max(...known);
}

function stepOf(view: RepView, receipt: Receipt, begin: Prompt): string | undefined {
  const word = STEPS[receipt.kind];
  if (word === undefined) {
    return undefined;
  }
  const at = view.clock.second(receipt.atMs);
  return `${word} ${at}${elsewhere(view, receipt, begin)}`;
}

/** The rep may follow a prompt on another device than the one that rang. */
function elsewhere(view: RepView, { kind, deviceId }: Receipt, begin: Prompt): string {
  const isElsewhere =
    kind === "opened" && deviceId !== undefined && acceptedDevices(view, begin)[0] !== deviceId;
  return isElsewhere ? ` on ${deviceName(view.rep, deviceId)}` : "";
}

function stopText({ prompts, clock, nowMs }: RepView): string | undefined {
  const stop = prompts.findLast(
    ({ action, state }) => action === "stop" && state !== "superseded" && state !== "skipped",
  );
  if (stop?.answeredAtMs !== undefined) {
    return `stop opened ${clock.second(stop.answeredAtMs)}`;
  }
  if (stop?.sentAtMs !== undefined) {
    return `stop sent ${clock.second(stop.sentAtMs)}`;
  }
  return stop !== undefined && stop.state === "due" && nowMs >= stop.expiresAtMs
    ? "no device took its stop"
    : undefined;
}
