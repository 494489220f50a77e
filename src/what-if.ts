import type { Redis } from "ioredis";
import type { Rereading, RuledVisit, Rules, WhatIfRooms } from "./admin/what-if/ruled-visit.ts";
import { planPrompts } from "./appointments/plan-prompts.ts";
import { readOrgNote } from "./books/org-note-book.ts";
import { planDeliveries } from "./deliveries/climb-ladder.ts";
import { issueLink } from "./deliveries/issue-link.ts";
import { returnTarget } from "./deliveries/return-url.ts";
import type { Appointment } from "./domain/appointment.ts";
import type { Connection } from "./domain/connection.ts";
import { BridgeError } from "./errors.ts";
import { buildLink, explainLink } from "./recording-link.ts";
import { isScarceShare } from "./salesforce/call-budget.ts";
import { type MappedPair, mapUnderRules } from "./salesforce/map-under-rules.ts";
import { openOrg } from "./salesforce/open-org.ts";
import type { Org } from "./salesforce/org.ts";

/** Stands where each prompt has a token of its own. */
const ANY_TOKEN = "TOKEN";

/** What the workers noted of an org's calls longer ago than this says nothing. */
const NOTE_FRESH_MS = 15 * 60_000;

/** What comparing rules needs from the world. */
export interface WhatIfAppDeps {
  readonly redis: Redis;
  readonly publicUrl: URL;
  readonly nowMs: () => number;
}

/** Joins the comparison of rules to the rooms that plan, build links and read the org. */
export function openWhatIf(deps: WhatIfAppDeps): WhatIfRooms {
  const orgs = new Map<Connection, CountedOrg>();
  return {
    readAgain: (rules, known) => {
      const org = orgs.get(rules.before) ?? openCounted(rules.before);
      orgs.set(rules.before, org);
      return org.inTurn(() => readAgain(deps, org, { rules, known }));
    },
    plan: (input) => planPrompts({ ...input, issued: [] }),
    planDeliveries,
    tryLink: (connection, { action, appointment }) => {
      const prompt = { action, token: ANY_TOKEN };
      const issued = issueLink({ ...deps, buildLink }, connection, { prompt, appointment });
      return {
        url: issued.kind === "issued" ? issued.url : null,
        reasons: issued.kind === "issued" ? "" : issued.reasons,
        parts: issued.kind === "issued" ? explainLink(issued.url, connection.links.host) : [],
        returnsTo: returnTarget(connection, appointment) ?? null,
      };
    },
  };
}

/** An org whose calls are counted, for one comparison after the other. */
interface CountedOrg {
  readonly org: Org;
  readonly calls: () => number;
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

function openCounted(connection: Connection): CountedOrg {
  let calls = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    org: openOrg(connection, { heard: () => (calls += 1) }),
    calls: () => calls,
    inTurn: (work) => {
      const next = last.then(work);
      last = next.catch(() => undefined);
      return next;
    },
  };
}

interface Reading {
  readonly rules: Rules;
  readonly known: readonly Appointment[];
}

async function readAgain(
  { redis, nowMs }: WhatIfAppDeps,
  { org, calls }: CountedOrg,
  { rules, known }: Reading,
): Promise<Rereading> {
  const callsBefore = calls();
  const note = await readOrgNote(redis, rules.before.name);
  const isFresh = note !== undefined && nowMs() - note.atMs < NOTE_FRESH_MS;
  const notedShare = isFresh ? (note.apiShare ?? 0) : 0;
  if (isScarceShare(org.usage()?.share ?? notedShare)) {
    const message = "Nearly all of the org's API calls of the day are used";
    return { kind: "not-read", code: "ORG_API_LIMIT", message, apiCalls: 0 };
  }
  try {
    const pairs = await mapUnderRules(org, { ...rules, nowMs: nowMs() }, known);
    const visits = new Map(
      known.flatMap((appointment) => {
        const pair = pairs.get(appointment.recordId);
        return pair === undefined ? [] : [[appointment.recordId, ruledPair(pair, appointment)]];
      }),
    );
    return { kind: "read", visits, apiCalls: calls() - callsBefore };
  } catch (error) {
    if (error instanceof BridgeError) {
      const { code, message } = error;
      return { kind: "not-read", code, message, apiCalls: calls() - callsBefore };
    }
    throw error;
  }
}

/** What could not be read by the new rules alone stays as the old ones have it. */
function ruledPair(pair: MappedPair, known: Appointment) {
  const before = ruledVisit(pair.before, known);
  return { before, after: ruledVisit(pair.after, before.appointment) };
}

/** What the mapping says of a record, and what is then stored for it; a visit that is off keeps what is known. */
function ruledVisit(mapped: MappedPair["before"], known: Appointment): RuledVisit {
  switch (mapped.kind) {
    case "unreadable":
      return {
        outcome: "unread",
        appointment: known,
        why: [[mapped.code, ...mapped.problems].join(": ")],
      };
    case "schedule":
    case "hold": {
      const outcome = mapped.kind === "hold" ? "held" : "visit";
      return { outcome, appointment: mapped.appointment, why: mapped.why };
    }
    case "cancel":
      return { outcome: "off", appointment: { ...known, status: mapped.status }, why: mapped.why };
    case "ignore":
      return { outcome: "ignored", appointment: { ...known, status: "canceled" }, why: mapped.why };
  }
}
