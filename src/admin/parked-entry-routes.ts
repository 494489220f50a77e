import { readParked } from "../books/parked-book.ts";
import { crmEventInputSchema } from "../domain/crm-event.ts";
import type { Parked } from "../domain/parked.ts";
import { NotFoundError } from "../http/input-errors.ts";
import type { AdminApiDeps } from "./admin-api.ts";
import { NotEditableError, NotReplayableError } from "./admin-errors.ts";
import type { AdminReply, AdminRoute, AuditNote } from "./admin-route.ts";
import { presentParked } from "./list-parked.ts";
import { editedEvent, eventAsSent, jsonEventOf, whyNotEditable } from "./parked/edit-event.ts";
import { redactWork, tellChanges } from "./parked/redact-work.ts";
import { isReplayable, readableWork, replayParked } from "./replay-parked.ts";
import { parkedWorkReply, replayedReply } from "./replies/parked-replies.ts";

type EntryDeps = Pick<AdminApiDeps, "redis" | "queues">;

/** The routes of one piece of parked work: looking inside, and handing it back as it is or mended. */
export function parkedEntryRoutes(deps: EntryDeps): readonly AdminRoute[] {
  return [
    {
      method: "get",
      path: "/parked/:id",
      describes: {
        summary: "One piece of parked work, personal values hidden",
        replies: { 200: parkedWorkReply },
      },
      handle: async ({ params }) => {
        const parked = await namedParked(deps, params["id"]);
        const work = redactWork(readableWork(parked.work));
        return { status: 200, body: { ...presentEntry(parked), isWhole: false, work } };
      },
    },
    {
      method: "post",
      path: "/parked/:id/reveal",
      describes: {
        summary: "One piece of parked work in full; the audit trail tells of it",
        replies: { 200: parkedWorkReply },
      },
      handle: async ({ params }) => reveal(await namedParked(deps, params["id"])),
    },
    {
      method: "post",
      path: "/parked/:id/replay",
      describes: {
        summary: "Hand one piece of parked work back, as it is or with its event edited",
        body: crmEventInputSchema,
        isBodyOptional: true,
        replies: { 202: replayedReply },
      },
      handle: async ({ params, body }) => {
        const parked = await namedParked(deps, params["id"]);
        return isEdit(body) ? replayEdited(deps, parked, body) : replay(deps, parked);
      },
    },
  ];
}

async function namedParked({ redis }: EntryDeps, id: unknown): Promise<Parked> {
  const parked = await readParked(redis, String(id));
  if (parked === undefined) {
    throw new NotFoundError("Nothing is parked under that id");
  }
  return parked;
}

function presentEntry(parked: Parked) {
  const whyNot = whyNotEditable(readableWork(parked.work));
  return {
    ...presentParked(parked),
    isReplayable: isReplayable(parked),
    isEditable: whyNot === undefined,
    whyNotEditable: whyNot ?? null,
  };
}

/** The trail tells that somebody looked and at what, never what they saw. */
function reveal(parked: Parked): AdminReply {
  const work = readableWork(parked.work);
  const event = jsonEventOf(work);
  return {
    status: 200,
    body: {
      ...presentEntry(parked),
      isWhole: true,
      work,
      event: event === undefined ? null : eventAsSent(event),
    },
    audit: {
      ...auditOf(parked, "Looked at parked work in full"),
      after: { reason: parked.reason },
    },
  };
}

async function replay(deps: EntryDeps, parked: Parked): Promise<AdminReply> {
  if (!(await replayParked(deps, parked))) {
    throw new NotReplayableError(parked.id);
  }
  return replayed(auditOf(parked, "Replayed parked work"));
}

async function replayEdited(deps: EntryDeps, parked: Parked, body: unknown): Promise<AdminReply> {
  const known = jsonEventOf(readableWork(parked.work));
  if (known === undefined) {
    throw new NotEditableError(parked.id, whyNotEditable(readableWork(parked.work)) ?? "");
  }
  const event = editedEvent(known, body);
  await replayParked(deps, parked, { kind: "event", event });
  return replayed({
    ...auditOf(parked, "Edited parked work and replayed it"),
    ...tellChanges(eventAsSent(known), eventAsSent(event)),
  });
}

function replayed(audit: AuditNote): AdminReply {
  return { status: 202, body: { replayed: 1 }, audit };
}

function auditOf({ connection, id }: Parked, what: string): AuditNote {
  return { what, connection, subject: id };
}

/** No body, or an empty one, asks for the work as it is. */
function isEdit(body: unknown): boolean {
  return typeof body === "object" && body !== null && Object.keys(body).length > 0;
}
