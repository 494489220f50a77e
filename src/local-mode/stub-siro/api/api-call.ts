import { jsonReply, type WireReply } from "../../stub-org/wire/wire-reply.ts";
import type { SiroWorld } from "../siro-world.ts";

/** How the answers differ from the published descriptions; all of it was seen by others. */
export interface Oddities {
  /** Rows of events come inside arrays, as the description says and the real answers do not. */
  nestedRows: boolean;
  /** Recording ids of events are null. */
  nullRecordingIds: boolean;
  /** Every event is listed twice. */
  repeatedRows: boolean;
}

/** One call to the API, its token already proven. */
export interface ApiCall {
  readonly world: SiroWorld;
  readonly oddities: Oddities;
  readonly method: string;
  /** Behind the version. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Whose token it is; undefined for the organization's. */
  readonly userId: string | undefined;
}

/** Answers with a list in the usual wrapper. */
export function listReply(data: readonly unknown[], cursor: string | null = null): WireReply {
  return jsonReply(200, { data, cursor });
}

/** Answers with one error in Siro's form. @see https://docs.siro.ai/specs/openapi-internalApi.json */
export function errorReply(
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): WireReply {
  return jsonReply(status, { error }, headers);
}

/** Answers what does not fit the description of a call, naming the field. */
export function misfitReply(field: string): WireReply {
  const issue = { code: "invalid_type", path: [field], message: "Required" };
  return jsonReply(422, { name: "ZodError", issues: [issue] });
}

/** The text in a field of a body; undefined when it holds none. */
export function textOf(body: unknown, field: string): string | undefined {
  const value: unknown =
    typeof body === "object" && body !== null ? Reflect.get(body, field) : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}
