import { jsonReply, type WireReply } from "../../stub-org/wire/wire-reply.ts";
import { type ApiCall, listReply, misfitReply, textOf } from "./api-call.ts";
import { engagementsOf } from "./recording-calls.ts";

/** `PUT /integrations/sync/engagements`: puts a visit in place of what was there under its id. */
export function syncEngagement({ world, body }: ApiCall): WireReply {
  const externalId = textOf(body, "externalId");
  if (externalId === undefined) {
    return misfitReply("externalId");
  }
  world.engagements.set(externalId, body);
  world.unknownObjects.delete(externalId);
  const { organizationId } = world;
  const id = idOf(externalId);
  return jsonReply(200, { data: { id, externalId, organizationId } });
}

/** `GET /integrations/engagements`: what of the CRM is a visit, with its recording once there is one. */
export function listEngagements({ world, query }: ApiCall): WireReply {
  const wanted = query.get("externalId");
  const linked = [...world.recordings.values()].flatMap((recording) =>
    engagementsOf(recording.linked).map(({ objectId }) => [objectId, recording.id] as const),
  );
  const recordings = new Map([
    ...[...world.engagements.keys()].map((externalId) => [externalId, null] as const),
    ...linked,
  ]);
  const rows = [...recordings]
    .filter(([externalId]) => wanted === null || externalId === wanted)
    .map(([externalId, recordingId]) => ({ id: idOf(externalId), externalId, recordingId }));
  return listReply(rows);
}

/** `GET /core/integrations/connections`: where Siro has its records from. */
export function listConnections({ world, query }: ApiCall): WireReply {
  const wanted = query.get("integrationPlatform");
  return listReply(
    world.connections
      .filter(({ integrationPlatform }) => wanted === null || integrationPlatform === wanted)
      .map((connection, at) => ({
        id: `connection-${at + 1}`,
        organizationId: world.organizationId,
        ...connection,
      })),
  );
}

function idOf(externalId: string): string {
  return `engagement-${externalId}`;
}
