import { isoInstant } from "../../domain/instant.ts";
import type { Compared, Side } from "./compare-visits.ts";
import type { Outcome, Rules } from "./ruled-visit.ts";
import type { WhatIfOutcome } from "./run-what-if.ts";

/** Words a comparison for the API: sums, what has to be known about it, and each visit; times become ISO-8601. */
export function presentComparison(rules: Rules, outcome: WhatIfOutcome) {
  const { compared, rereading } = outcome;
  const isNow = (one: Compared, kind: Outcome) =>
    one.verdict !== "unread" &&
    one.before.visit.outcome !== kind &&
    one.after.visit.outcome === kind;
  const count = (isMeant: (one: Compared) => boolean) => compared.filter(isMeant).length;
  return {
    totals: {
      looked: compared.length,
      different: count(({ verdict }) => verdict === "different"),
      same: count(({ verdict }) => verdict === "same"),
      newlyHeld: count((one) => isNow(one, "held")),
      newlyIgnored: count((one) => isNow(one, "ignored")),
      newlyOff: count((one) => isNow(one, "off")),
      unread: count(({ before, after }) =>
        [before, after].some(({ visit }) => visit.outcome === "unread"),
      ),
      apiCalls: rereading?.apiCalls ?? 0,
    },
    notes: notesOf(rules, outcome),
    items: compared.map(presentCompared),
  };
}

/** One thing to know about a comparison; `code` is a heading of the page of failures. */
interface WhatIfNote {
  readonly level: "warn" | "plain";
  readonly text: string;
  readonly code?: string;
}

function notesOf(rules: Rules, { compared, rereading }: WhatIfOutcome): readonly WhatIfNote[] {
  const isMappingChanged = isOther(rules, ({ mapping }) => mapping);
  return [
    ...mappingNotes(isMappingChanged, rereading),
    ...(compared.length === 0
      ? []
      : [
          plain(
            "Both sides are planned as if nothing had been sent yet, so that days that are over compare, too.",
          ),
        ]),
  ];
}

function mappingNotes(
  isMappingChanged: boolean,
  rereading: WhatIfOutcome["rereading"],
): readonly WhatIfNote[] {
  switch (rereading?.kind) {
    case "read":
      return [
        plain(
          "The records were read again and mapped by both sets of rules. Visits that came with an event as a whole are as their sender says.",
        ),
      ];
    case "not-read": {
      const { code, message } = rereading;
      const text = `The mapping was not compared: ${message}. Everything else goes by what is stored.`;
      return [{ level: "warn", text, code }];
    }
    case undefined:
      return isMappingChanged
        ? [
            {
              level: "warn",
              text: "The mapping changes nothing here: none of these visits was read from Salesforce; their senders say what they are.",
            },
          ]
        : [];
  }
}

function plain(text: string): WhatIfNote {
  return { level: "plain", text };
}

function isOther({ before, after }: Rules, part: (rules: Rules["before"]) => unknown): boolean {
  return JSON.stringify(part(before)) !== JSON.stringify(part(after));
}

function presentCompared({ verdict, sentences, before, after }: Compared) {
  const { appointment } = before.visit;
  return {
    recordType: appointment.recordType,
    recordId: appointment.recordId,
    title: appointment.title,
    startAt: isoInstant(appointment.startAtMs),
    reps: appointment.reps,
    verdict,
    sentences,
    // Of what stays the same one look is enough, and the appointment's own page gives it.
    ...(verdict === "different" ? { before: presentSide(before), after: presentSide(after) } : {}),
  };
}

function presentSide({ visit, steps, links }: Side) {
  const { status, startAtMs, endAtMs, title, reps, crmObjects } = visit.appointment;
  return {
    outcome: visit.outcome,
    why: visit.why,
    status,
    startAt: isoInstant(startAtMs),
    endAt: isoInstant(endAtMs),
    title,
    reps,
    crmObjects,
    prompts: steps
      .toSorted((left, right) => left.dueAtMs - right.dueAtMs)
      .map(({ action, userId, dueAtMs, expiresAtMs, reason, endsRecordId }) => ({
        action,
        userId,
        dueAt: isoInstant(dueAtMs),
        expiresAt: isoInstant(expiresAtMs),
        reason,
        ...(endsRecordId === undefined ? {} : { endsRecordId }),
      })),
    links: [...links].map(([action, { url, reasons, returnsTo }]) => ({
      action,
      url,
      ...(reasons === "" ? {} : { reasons }),
      returnsTo,
    })),
  };
}
