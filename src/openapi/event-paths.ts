import { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { crmEventInputSchema } from "../domain/crm-event.ts";
import { MAX_EVENTS } from "../intake/parse-json-events.ts";
import { jsonAnswer, REFUSED } from "./answers.ts";

const event = crmEventInputSchema.meta({
  id: "CrmEvent",
  description:
    "Something happened to one CRM record. With `appointment` the bridge asks the CRM nothing. A field that is null counts as absent.",
});
const events = z.union([event, z.object({ events: z.array(event).min(1).max(MAX_EVENTS) })]);

/** Describes how JSON events come in. */
export function eventPaths(): ZodOpenApiPathsObject {
  return {
    "/webhooks/events/{connection}": {
      post: {
        tags: ["events"],
        security: [{ eventSignature: [] }, { webhookSecret: [] }],
        summary: "Tell of one change of an appointment, or of up to a hundred",
        description:
          "Answers only once every event is durable. One bad event refuses its whole batch, with every reason by its path; an event that is sent again counts as a duplicate.",
        requestParams: { path: z.object({ connection: z.string() }) },
        requestBody: { required: true, content: { "application/json": { schema: events } } },
        responses: {
          "202": jsonAnswer("Stored", z.object({ accepted: z.number(), duplicates: z.number() })),
          default: REFUSED,
        },
      },
    },
  };
}
