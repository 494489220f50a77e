import type { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { alertBodySchema } from "../alerts/alert-message.ts";
import { promptDueBodySchema, promptTestBodySchema } from "../devices/channels/webhook-body.ts";

const SIGNED =
  "Signed as Standard Webhooks: webhook-id stays the same when it is sent again, webhook-timestamp, webhook-signature.";

/** Describes what the bridge itself posts to addresses that people gave it. */
export function outgoingMessages(): ZodOpenApiPathsObject {
  return {
    "prompt.due": message("devices", promptDueBodySchema, {
      summary: "A prompt for a rep's webhook device",
      answers: {
        "404": "The device is gone; nothing is sent to it any more",
        "410": "The device is gone; nothing is sent to it any more",
        "429": "Tried again after Retry-After",
        "503": "Tried again after Retry-After",
        default: "Tried again until the prompt expires",
      },
    }),
    "prompt.test": message("devices", promptTestBodySchema, {
      summary: "A test prompt: it asks for nothing",
      answers: { default: "Told to whoever asked for the test" },
    }),
    alert: message("alerts", alertBodySchema, {
      summary: "An alert, or that it is over, for ALERT_WEBHOOK_URL",
      answers: { default: "Tried again for a day" },
    }),
  };
}

interface Told {
  readonly summary: string;
  readonly answers: Readonly<Record<string, string>>;
}

function message(
  tag: string,
  schema: z.ZodType,
  { summary, answers }: Told,
): ZodOpenApiPathsObject[string] {
  return {
    post: {
      tags: [tag],
      summary,
      description: SIGNED,
      requestBody: { required: true, content: { "application/json": { schema } } },
      responses: {
        "2XX": { description: "Accepted" },
        ...Object.fromEntries(
          Object.entries(answers).map(([status, description]) => [status, { description }]),
        ),
      },
    },
  };
}
