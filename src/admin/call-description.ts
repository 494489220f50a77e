import type { z } from "zod";

/** What the description of the API says of one call; its path and role are the route's own. */
export interface CallDescription {
  /** One plain sentence without a full stop. */
  readonly summary: string;
  /** The very schema that the query is parsed with. */
  readonly query?: z.ZodObject;
  /** The very schema that the body is parsed with. */
  readonly body?: z.ZodType;
  /** Whether the body may be left out. */
  readonly isBodyOptional?: true;
  /** What a successful answer holds, by its status; 204 holds nothing. */
  readonly replies: Readonly<Partial<Record<200 | 201 | 202 | 204, z.ZodType | null>>>;
  /** Forms beside JSON in which the answer can be had. */
  readonly alsoAs?: readonly string[];
}
