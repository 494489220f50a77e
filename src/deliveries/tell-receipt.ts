import { isoInstant } from "../domain/instant.ts";
import type { Prompt } from "../domain/prompt.ts";
import type { Receipt, ReceiptCertainty, ReceiptKind } from "../domain/receipt.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";

/** Evidence that comes later than this is told together with the time at which it happened. */
const LATE_MS = 60_000;

const ENTRIES: Readonly<Record<ReceiptKind, Pick<TimelineEntry, "kind" | "text">>> = {
  delivered: { kind: "delivery.shown", text: "A device showed the prompt" },
  opened: { kind: "link.opened", text: "The rep opened the link" },
  returned: { kind: "rep.returned", text: "The rep came back from Siro" },
  received: { kind: "siro.reported", text: "Siro's app got the link" },
  consumed: { kind: "siro.reported", text: "Siro's app acted on the link" },
  recording: { kind: "siro.reported", text: "Siro's recorder runs" },
  stopped: { kind: "siro.reported", text: "The recording ended" },
  linked: { kind: "siro.reported", text: "The recording hangs on the CRM's records" },
};

const CERTAINTIES: Readonly<Record<ReceiptCertainty, string>> = {
  token: "by the link's own token",
  url: "by the very link",
  objects: "by the visit's records",
  time: "by rep and time alone",
};

/** A line of the timeline without its place. */
export type ReceiptEntry = Pick<TimelineEntry, "kind" | "text" | "deviceId">;

/** Words a receipt: what happened, how sure that is, and when, where it is told late. */
export function tellReceipt(
  { kind, deviceId, certainty, isFurther = false, atMs }: Receipt,
  { action, recording, notConfirmedAtMs }: Prompt,
  nowMs: number,
): ReceiptEntry {
  const entry = ENTRIES[kind];
  const isLink = kind === "linked" && certainty !== "objects";
  const isProof = kind === "recording" || kind === "stopped" || isLink;
  const isAfterAll = isProof && notConfirmedAtMs !== undefined && recording === undefined;
  const text = [
    `${entry.text} (${action})`,
    ...(isFurther ? ["one more recording of this visit"] : []),
    ...(certainty === undefined ? [] : [CERTAINTIES[certainty]]),
    ...(nowMs - atMs > LATE_MS ? [`told late: it happened at ${isoInstant(atMs)}`] : []),
    ...(isAfterAll && action !== "stop" ? ["confirmed after all"] : []),
  ].join(", ");
  return { kind: entry.kind, text, ...(deviceId === undefined ? {} : { deviceId }) };
}
