import { jsonReply, type WireReply } from "../../stub-org/wire/wire-reply.ts";
import type { SiroWorld, StubCrmObject, StubLink, StubRecording } from "../siro-world.ts";
import { type ApiCall, errorReply, listReply, misfitReply, textOf } from "./api-call.ts";

/** The types of the CRM under which a link can be asked for. */
const LINKED_TYPES: Readonly<Record<string, readonly string[]>> = {
  ACCOUNT: ["Account"],
  LEAD: ["Lead"],
  OPPORTUNITY: ["Opportunity"],
  CONTACT: ["Contact"],
  ENGAGEMENT: ["ServiceAppointment", "Event"],
};

/** `GET /core/recordings` with the organization's token: newest change first, deleted ones included. */
export function listRecordings({ world, query }: ApiCall): WireReply {
  const timeOf = (name: string, otherwise: number) =>
    query.has(name) ? Date.parse(query.get(name) ?? "") : otherwise;
  const from = timeOf("updatedAt:gte", Number.NEGATIVE_INFINITY);
  const after = timeOf("createdAt:gt", Number.NEGATIVE_INFINITY);
  const before = timeOf("createdAt:lt", Number.POSITIVE_INFINITY);
  const found = [...world.recordings.values()]
    .filter(({ updatedAtMs }) => updatedAtMs >= from)
    .filter(({ createdAtMs }) => createdAtMs > after && createdAtMs < before)
    .sort((left, right) => right.updatedAtMs - left.updatedAtMs);
  const skipped = Number(query.get("cursor") ?? 0);
  const end = skipped + Number(query.get("pageSize") ?? 25);
  const page = found.slice(skipped, end);
  return listReply(page.map(recordingRow), end < found.length ? String(end) : null);
}

/** `PATCH /core/recordings`: a new title. */
export function titleCall({ world, body }: ApiCall): WireReply {
  const recording = world.recordings.get(textOf(body, "id") ?? "");
  const title = textOf(body, "title");
  if (recording === undefined) {
    return errorReply(404, "Recording not found");
  }
  recording.title = title ?? recording.title;
  recording.updatedAtMs = world.nowMs();
  return jsonReply(200, { data: { id: recording.id, title: recording.title } });
}

/** `PUT /core/recordings/{id}/link`: the new link takes the place of what hung there. */
export function linkCall({ world, body, path, userId }: ApiCall): WireReply {
  const recording = world.recordings.get(decodeURIComponent(path.split("/").at(-2) ?? ""));
  if (recording === undefined || recording.userId !== userId) {
    return errorReply(404, "Recording not found");
  }
  const dataType = textOf(body, "dataType") ?? "";
  const objectType = LINKED_TYPES[dataType]?.[0];
  const objectId = textOf(body, "externalId");
  const integrationConnectionId = textOf(body, "integrationConnectionId");
  if (objectType === undefined) {
    return misfitReply("dataType");
  }
  if (objectId === undefined || integrationConnectionId === undefined) {
    return misfitReply("integrationConnectionId");
  }
  if (world.unknownObjects.has(objectId)) {
    return jsonReply(200, { error: "Not found", details: `No ${dataType} ${objectId}` });
  }
  recording.linked = { integrationConnectionId, objects: [{ objectType, objectId }] };
  recording.updatedAtMs = world.nowMs();
  const link = { id: `linked-${objectId}`, externalId: objectId, dataType, name: null };
  return jsonReply(200, { data: { ...link, lastActivityAt: null } });
}

/** What webhooks and recordings say about a link; null while there is none. */
export function crmOf(link: StubLink | null): object | null {
  if (link === null) {
    return null;
  }
  const ref = (type: string) => {
    const found = link.objects.find(({ objectType }) => objectType === type);
    return found === undefined ? null : refOf(found);
  };
  return {
    integrationConnectionId: link.integrationConnectionId,
    users: [],
    contacts: link.objects.filter(({ objectType }) => objectType === "Contact").map(refOf),
    engagement: engagementsOf(link).map(refOf)[0] ?? null,
    opportunity: ref("Opportunity"),
    account: ref("Account"),
    lead: ref("Lead"),
  };
}

/** The visits among the records that a recording hangs on. */
export function engagementsOf(link: StubLink | null): readonly StubCrmObject[] {
  return (link?.objects ?? []).filter(({ objectType }) =>
    LINKED_TYPES["ENGAGEMENT"]?.includes(objectType),
  );
}

function refOf({ objectId }: StubCrmObject): object {
  return { id: `siro-${objectId}`, externalId: objectId };
}

function recordingRow(recording: StubRecording): object {
  const { id, userId, title, createdAtMs, updatedAtMs, state, isProcessed, linked } = recording;
  return {
    id,
    userId,
    title,
    durationInMilliseconds: state === "recording" ? null : updatedAtMs - createdAtMs,
    createdAt: new Date(createdAtMs).toISOString(),
    updatedAt: new Date(updatedAtMs).toISOString(),
    deleted: state === "cancelled",
    isProcessingDone: isProcessed,
    crm: crmOf(linked),
  };
}

/** Ends the processing of a recording, as Siro does by itself some time after it ended. */
export function processRecording(
  world: SiroWorld,
  recordingId: string,
  confirm: (wanted: StubLink | null) => StubLink | null,
): StubRecording {
  const recording = world.recordings.get(recordingId);
  if (recording === undefined) {
    throw new Error(`stub Siro has no recording ${recordingId}`);
  }
  recording.isProcessed = true;
  recording.linked = recording.linked ?? confirm(recording.wanted);
  recording.updatedAtMs = world.nowMs();
  return recording;
}
