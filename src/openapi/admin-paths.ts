import { z } from "zod";
import type {
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
  ZodOpenApiResponsesObject,
} from "zod-openapi";
import { type AdminRoute, leastRole } from "../admin/admin-route.ts";
import type { CallDescription } from "../admin/call-description.ts";
import { jsonAnswer, REFUSED } from "./answers.ts";

const BASE = "/admin/api";
const WORDS: Readonly<Record<string, string>> = {
  "200": "Done",
  "201": "Made",
  "202": "Accepted; it goes on after the answer",
  "204": "Done; there is nothing to tell",
};

/** Describes the operators' calls; a route without a description stays out. */
export function adminPaths(routes: readonly AdminRoute[]): ZodOpenApiPathsObject {
  const paths = new Map<string, Record<string, ZodOpenApiOperationObject>>([
    [`${BASE}/live`, { get: LIVE }],
  ]);
  for (const route of routes) {
    const { describes, method, path } = route;
    if (describes !== undefined) {
      const written = BASE + path.replaceAll(/:(\w+)/g, "{$1}");
      paths.set(written, { ...paths.get(written), [method]: operationOf(route, describes) });
    }
  }
  return Object.fromEntries(paths);
}

const OPERATORS = {
  tags: ["operators"],
  security: [{ operatorToken: [] }, { operatorSession: [] }],
};

/** A stream has no place in the route table. */
const LIVE: ZodOpenApiOperationObject = {
  ...OPERATORS,
  summary: "The overview as server-sent events, whenever it changed",
  description:
    "Needs the role viewer. Each event is named `overview` and holds what GET /admin/api/overview answers.",
  responses: {
    "200": {
      description: "The stream; it stays open",
      content: { "text/event-stream": { schema: { type: "string" } } },
    },
    default: REFUSED,
  },
};

function operationOf(route: AdminRoute, describes: CallDescription): ZodOpenApiOperationObject {
  const { summary, query, body, isBodyOptional } = describes;
  const names = [...route.path.matchAll(/:(\w+)/g)].flatMap(([, name]) => name ?? []);
  const inPath = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
  return {
    ...OPERATORS,
    summary,
    description: `Needs the role ${leastRole(route)}.`,
    requestParams: {
      ...(names.length === 0 ? {} : { path: inPath }),
      ...(query === undefined ? {} : { query }),
    },
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: isBodyOptional !== true,
            content: { "application/json": { schema: body } },
          },
        }),
    responses: answersOf(describes),
  };
}

function answersOf({ replies, alsoAs = [] }: CallDescription): ZodOpenApiResponsesObject {
  const answers = Object.entries(replies).map(([status, schema]) => {
    const description = WORDS[status] ?? "Done";
    if (schema === null || schema === undefined) {
      return [status, { description }] as const;
    }
    const answer = jsonAnswer(description, schema);
    const forms = alsoAs.map((type) => [type, { schema: { type: "string" as const } }] as const);
    return [
      status,
      { ...answer, content: { ...answer.content, ...Object.fromEntries(forms) } },
    ] as const;
  });
  return { ...Object.fromEntries(answers), default: REFUSED };
}
