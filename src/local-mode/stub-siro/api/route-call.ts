import { jsonReply, type WireReply } from "../../stub-org/wire/wire-reply.ts";
import { type ApiCall, errorReply, listReply } from "./api-call.ts";
import { listConnections, listEngagements, syncEngagement } from "./engagement-calls.ts";
import { listEvents } from "./event-call.ts";
import { linkCall, listRecordings, titleCall } from "./recording-calls.ts";

type Answer = (call: ApiCall) => WireReply;

/** What the organization's token opens. */
const OF_ORGANIZATION: readonly (readonly [string, RegExp, Answer])[] = [
  ["GET", /^\/core\/mobile-events$/, listEvents],
  ["GET", /^\/core\/users$/, listUsers],
  ["GET", /^\/core\/recordings$/, listRecordings],
  ["GET", /^\/integrations\/engagements$/, listEngagements],
  ["PUT", /^\/integrations\/sync\/engagements$/, syncEngagement],
  ["GET", /^\/core\/integrations\/connections$/, listConnections],
  ["GET", /^\/core\/auth\/caller-identity$/, tellIdentity],
];

/** What a user's token opens. */
const OF_USER: readonly (readonly [string, RegExp, Answer])[] = [
  ["PATCH", /^\/core\/recordings$/, titleCall],
  ["PUT", /^\/core\/recordings\/[^/]+\/link$/, linkCall],
];

/** Answers a call whose token was found good. */
export function answerCall(call: ApiCall): WireReply {
  const routes = call.userId === undefined ? OF_ORGANIZATION : OF_USER;
  const found = routes.find(([method, path]) => method === call.method && path.test(call.path));
  return found === undefined ? errorReply(404, "Not found") : found[2](call);
}

function listUsers({ world }: ApiCall): WireReply {
  const { organizationId } = world;
  return listReply([...world.users.values()].map((user) => ({ ...user, organizationId })));
}

function tellIdentity({ world }: ApiCall): WireReply {
  const { organizationId } = world;
  return jsonReply(200, { tokenId: "token-1", tokenName: "siro-bridge", organizationId });
}
