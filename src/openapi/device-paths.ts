import type { ZodOpenApiPathsObject } from "zod-openapi";
import { REFUSED } from "./answers.ts";

/** Describes how devices that ask by themselves get their link. */
export function devicePaths(): ZodOpenApiPathsObject {
  return {
    "/v1/next-link": {
      get: {
        tags: ["devices"],
        security: [{ deviceToken: [] }],
        summary: "The link that is due for this rep now",
        description:
          "For phone automations. Asking counts as getting: a restart is served once. HEAD is refused.",
        responses: {
          "200": {
            description: "The link",
            content: { "text/plain": { schema: { type: "string", format: "uri" } } },
          },
          "204": { description: "Nothing is due" },
          default: REFUSED,
        },
      },
    },
  };
}
