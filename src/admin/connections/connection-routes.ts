import type { Request } from "express";
import { z } from "zod";
import { parseInput } from "../../http/parse-input.ts";
import { type AdminApiDeps, namedConnection } from "../admin-api.ts";
import type { AdminReply, AdminRoute, AuditNote } from "../admin-route.ts";
import { operatorOf } from "../known-operator.ts";
import {
  connectionReply,
  connectionsReply,
  findingsReply,
  holdReply,
  savedConnectionReply,
} from "../replies/connection-replies.ts";
import type { ConnectionsHome } from "./connections-home.ts";
import { holdConnection, releaseConnection } from "./hold-connection.ts";
import { knownConnection, knownConnections } from "./known-connection.ts";
import { describeConnection, presentConnection, presentHold } from "./present-connection.ts";
import { retireSecret, rotateSecret, rotationSchema } from "./rotate-secret.ts";
import {
  connectionChangeSchema,
  createConnection,
  deleteConnection,
  editConnection,
  newConnectionSchema,
  type SavedConnection,
} from "./save-connection.ts";
import { unreadableRoute } from "./unreadable-route.ts";

/** Whoever deletes a connection names it once more. */
const deletionSchema = z.object({ name: z.string() });

/** What the routes of connections need from the world. */
export interface ConnectionRoutesDeps extends AdminApiDeps {
  readonly connectionsHome: ConnectionsHome;
}

/** The routes of connections: everybody may look, an operator may hold, an admin may change; no secret is told twice. */
export function connectionRoutes(deps: ConnectionRoutesDeps): readonly AdminRoute[] {
  return [
    ...readRoutes(deps),
    unreadableRoute(deps),
    ...changeRoutes(deps),
    ...holdRoutes(deps),
    ...secretRoutes(deps),
  ];
}

function readRoutes(deps: ConnectionRoutesDeps): readonly AdminRoute[] {
  return [
    {
      method: "get",
      path: "/connections",
      describes: { summary: "All connections", replies: { 200: connectionsReply } },
      handle: async () => {
        const items = (await knownConnections(deps)).map(presentConnection);
        const { isLocalMode } = deps.connectionsHome;
        return { status: 200, body: { items, isLocalMode } };
      },
    },
    {
      method: "get",
      path: "/connections/:name",
      describes: {
        summary: "One connection with its settings, the secrets left out",
        replies: { 200: connectionReply },
      },
      handle: async ({ params }) => {
        const known = await knownConnection(deps, params["name"]);
        return { status: 200, body: describeConnection(known, deps.publicUrl) };
      },
    },
    {
      method: "post",
      path: "/connections/:name/check",
      describes: { summary: "Test a connection", replies: { 200: findingsReply } },
      role: "admin",
      handle: async ({ params }) => {
        const connection = namedConnection(deps, params["name"]);
        const findings = await deps.connectionsHome.check(connection);
        const audit = { what: "Tested the connection", connection: connection.name };
        return { status: 200, body: { findings }, audit };
      },
    },
  ];
}

function changeRoutes(deps: ConnectionRoutesDeps): readonly AdminRoute[] {
  return [
    {
      method: "post",
      path: "/connections",
      describes: {
        summary: "Make a connection",
        body: newConnectionSchema,
        replies: { 201: savedConnectionReply },
      },
      role: "admin",
      handle: async (request) => {
        const input = parseInput(newConnectionSchema, request.body);
        const saved = await createConnection(deps, nameOf(request), input);
        return savedReply(deps, saved, { status: 201, what: "Made the connection" });
      },
    },
    {
      method: "post",
      path: "/connections/:name",
      describes: {
        summary: "Change a connection",
        body: connectionChangeSchema,
        replies: { 200: savedConnectionReply },
      },
      role: "admin",
      handle: async (request) => {
        const input = parseInput(connectionChangeSchema, request.body);
        const who = { name: request.params["name"], by: nameOf(request) };
        const saved = await editConnection(deps, who, input);
        return savedReply(deps, saved, { status: 200, what: "Changed the connection" });
      },
    },
    {
      method: "delete",
      path: "/connections/:name",
      describes: { summary: "Delete a connection", body: deletionSchema, replies: { 204: null } },
      role: "admin",
      handle: async ({ params, body }) => {
        const again = deletionSchema.safeParse(body).data?.name;
        const { name, before } = await deleteConnection(deps, params["name"], again);
        return { status: 204, audit: { what: "Deleted the connection", connection: name, before } };
      },
    },
  ];
}

function holdRoutes(deps: ConnectionRoutesDeps): readonly AdminRoute[] {
  return [
    {
      method: "post",
      path: "/connections/:name/hold",
      describes: {
        summary: "Put a connection on hold: nothing is sent",
        replies: { 200: holdReply },
      },
      handle: async (request) => {
        const { name } = namedConnection(deps, request.params["name"]);
        const hold = await holdConnection(deps, name, nameOf(request));
        const audit = { what: "Put the connection on hold", connection: name };
        return { status: 200, body: { hold: presentHold(hold) }, audit };
      },
    },
    {
      method: "post",
      path: "/connections/:name/release",
      describes: { summary: "Release a connection from its hold", replies: { 200: holdReply } },
      handle: async (request) => {
        const { name } = namedConnection(deps, request.params["name"]);
        const ended = await releaseConnection(deps, name);
        const audit: AuditNote = {
          what: "Released the connection",
          connection: name,
          ...(ended === undefined ? {} : { before: presentHold(ended) }),
        };
        return { status: 200, body: { hold: null }, audit };
      },
    },
  ];
}

function secretRoutes(deps: ConnectionRoutesDeps): readonly AdminRoute[] {
  return (
    [
      { verb: "rotate", run: rotateSecret, what: "Made a new secret" },
      { verb: "retire", run: retireSecret, what: "Retired the old secret" },
    ] as const
  ).map(({ verb, run, what }) => ({
    method: "post",
    path: `/connections/:name/secrets/${verb}`,
    describes: { summary: what, body: rotationSchema, replies: { 200: savedConnectionReply } },
    role: "admin",
    handle: async (request) => {
      const { kind } = parseInput(rotationSchema, request.body);
      const saved = await run(deps, { name: request.params["name"], by: nameOf(request), kind });
      return savedReply(deps, saved, { status: 200, what, subject: kind });
    },
  }));
}

interface Telling {
  readonly status: number;
  readonly what: string;
  readonly subject?: string;
}

/** Shows the connection as it is now, and the secrets that nobody will see again. */
async function savedReply(
  deps: ConnectionRoutesDeps,
  { name, before, after, shownOnce }: SavedConnection,
  { status, what, subject }: Telling,
): Promise<AdminReply> {
  const known = await knownConnection(deps, name);
  const connection = describeConnection(known, deps.publicUrl);
  return {
    status,
    body: { connection, shownOnce },
    audit: {
      what,
      connection: name,
      after,
      ...(before === undefined ? {} : { before }),
      ...(subject === undefined ? {} : { subject }),
    },
  };
}

function nameOf(request: Request): string {
  return operatorOf(request).name;
}
