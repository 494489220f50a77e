import { z } from "zod";
import type { ZodOpenApiResponseObject } from "zod-openapi";

const errorReply = z
  .object({
    error: z.object({
      /** A heading of docs/failures.md. */
      code: z.string(),
      message: z.string(),
      issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    }),
  })
  .meta({
    id: "Error",
    description: "Why a call was refused; the code is explained in docs/failures.md",
  });

/** What every call answers when it is refused. */
export const REFUSED: ZodOpenApiResponseObject = {
  description: "Refused, or the bridge is in trouble",
  content: { "application/json": { schema: errorReply } },
};

/** An answer in JSON. */
export function jsonAnswer(description: string, schema: z.ZodType): ZodOpenApiResponseObject {
  return { description, content: { "application/json": { schema } } };
}
