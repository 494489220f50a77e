import type { AppointmentDossier } from "../books/appointment-book.ts";
import type { RecordRef } from "../books/timeline-book.ts";
import type { Delivery } from "../domain/delivery.ts";
import { isoInstant } from "../domain/instant.ts";
import type { Prompt } from "../domain/prompt.ts";
import type { Receipt } from "../domain/receipt.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import type { DescribedLink } from "./admin-api.ts";
import { presentAppointment } from "./present-appointment.ts";
import { type SummaryFacts, summarizeAppointment } from "./summarize-appointment.ts";

/** Gives a prompt's link as it would be built now, taken apart. */
export type DescribeLink = (prompt: Prompt) => DescribedLink;

/** Words one record with everything that is known; without a dossier that is its timeline. */
export function presentRecord(
  { connection, recordId }: RecordRef,
  facts: SummaryFacts,
  describeLink: DescribeLink,
) {
  const { dossier } = facts;
  const head =
    dossier === undefined
      ? { ...UNKNOWN, connection, recordId, ...summarizeAppointment(facts) }
      : withLinks(presentAppointment(connection, dossier, facts), dossier, describeLink);
  return {
    ...head,
    deliveries: (dossier?.deliveries ?? [])
      .toSorted((left, right) => left.updatedAtMs - right.updatedAtMs)
      .map((delivery) => presentDelivery(delivery, facts)),
    receipts: (dossier?.receipts ?? [])
      .toSorted((left, right) => left.atMs - right.atMs)
      .map(presentReceipt),
    timeline: presentTimeline(facts.timeline),
  };
}

const UNKNOWN = {
  recordType: null,
  status: "unknown",
  startAt: null,
  endAt: null,
  title: null,
  crmObjects: [],
  reps: [],
  prompts: [],
};

const NO_LINK: DescribedLink = { link: null, linkParts: [] };

/** A prompt that another one replaced, or that was never needed, has no link any more. */
function withLinks(
  head: ReturnType<typeof presentAppointment>,
  { prompts }: AppointmentDossier,
  describeLink: DescribeLink,
) {
  const described = head.prompts.map((shown) => {
    const prompt = prompts.find(({ promptId }) => promptId === shown.promptId);
    const isOver = shown.state === "superseded" || shown.state === "skipped";
    return { ...shown, ...(prompt === undefined || isOver ? NO_LINK : describeLink(prompt)) };
  });
  return { ...head, prompts: described };
}

function presentReceipt({ atMs, ...receipt }: Receipt) {
  return { ...receipt, at: isoInstant(atMs) };
}

function presentDelivery({ updatedAtMs, ...delivery }: Delivery, { reps }: SummaryFacts) {
  const { label } =
    reps.flatMap(({ devices }) => devices).find(({ deviceId }) => deviceId === delivery.deviceId) ??
    {};
  return {
    ...delivery,
    ...(label === undefined ? {} : { label }),
    updatedAt: isoInstant(updatedAtMs),
  };
}

/** What a plan put down counts no more once a later plan dropped the same prompt. */
function presentTimeline(timeline: readonly TimelineEntry[]) {
  const dropped = new Set(timeline.filter(isDropping).flatMap(({ promptId }) => promptId ?? []));
  return timeline.map((entry) => {
    const { atMs, ...rest } = entry;
    const isSuperseded =
      entry.kind === "plan.changed" && !isDropping(entry) && dropped.has(entry.promptId ?? "");
    return { at: isoInstant(atMs), ...rest, ...(isSuperseded ? { isSuperseded } : {}) };
  });
}

function isDropping({ kind, text }: TimelineEntry): boolean {
  return kind === "plan.changed" && text.startsWith("Dropped:");
}
