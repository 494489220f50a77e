import { createDocument, type ZodOpenApiPathsObject } from "zod-openapi";
import type { AdminRoute } from "../admin/admin-route.ts";
import { adminPaths } from "./admin-paths.ts";
import { devicePaths } from "./device-paths.ts";
import { eventPaths } from "./event-paths.ts";
import { outgoingMessages } from "./outgoing-messages.ts";

/** What the description is made of. */
export interface DocumentDeps {
  /** The operators' route table. */
  readonly routes: readonly AdminRoute[];
  readonly publicUrl: URL;
  readonly version: string;
}

const SECURITY_SCHEMES = {
  operatorToken: {
    type: "http",
    scheme: "bearer",
    description: "ADMIN_API_TOKEN",
  },
  operatorSession: {
    type: "apiKey",
    in: "cookie",
    name: "siro_bridge_session",
    description:
      "A signed-in browser. For a change it must also say that the bridge's own page asks: the browser's Origin or Sec-Fetch-Site",
  },
  webhookSecret: {
    type: "http",
    scheme: "bearer",
    description: "One of the connection's webhookSecrets",
  },
  eventSignature: {
    type: "apiKey",
    in: "header",
    name: "webhook-signature",
    description:
      "Standard Webhooks (https://www.standardwebhooks.com): webhook-id, webhook-timestamp, webhook-signature by one of the connection's signingSecrets",
  },
  deviceToken: {
    type: "http",
    scheme: "bearer",
    description: "The token of a pull device",
  },
} as const;

const TAGS = [
  { name: "operators", description: "What people at `/admin` can see and do" },
  { name: "events", description: "How appointments come in" },
  { name: "devices", description: "How links get out" },
  { name: "alerts", description: "How people are told of trouble" },
];

/** Describes all calls in OpenAPI 3.1, by the schemas that they are parsed with. */
export function buildDocument({ routes, publicUrl, version }: DocumentDeps): object {
  const paths: ZodOpenApiPathsObject = { ...adminPaths(routes), ...eventPaths(), ...devicePaths() };
  return createDocument(
    {
      openapi: "3.1.0",
      info: {
        title: "siro-bridge",
        version,
        description:
          "Puts the right Siro recording link on a field rep's device at the right moment. Answers may gain fields; none changes its meaning.",
        license: { name: "MIT", identifier: "MIT" },
      },
      servers: [{ url: publicUrl.origin }],
      tags: TAGS,
      paths,
      webhooks: outgoingMessages(),
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    { override: openForMore },
  );
}

/** Whoever reads an answer must not mind a field that is new. */
function openForMore({
  jsonSchema,
  io,
}: {
  readonly jsonSchema: { additionalProperties?: unknown };
  readonly io: "input" | "output";
}): void {
  if (io === "output" && jsonSchema.additionalProperties === false) {
    delete jsonSchema.additionalProperties;
  }
}
