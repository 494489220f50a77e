import { z } from "zod";
import type { Answer, Question } from "./ask-org.ts";
import { type CompositeAnswer, type OrgQuery, QUERIES_PER_CALL } from "./org.ts";
import { API_VERSION } from "./org-call.ts";
import { OrgUnavailableError } from "./org-errors.ts";
import { readRefusal } from "./read-reply.ts";

const DATA_PATH = `/services/data/v${API_VERSION}`;
const NEXT_URL = /^\/services\/data\/v\d+\.\d\/query(All)?\/[A-Za-z0-9-]+$/;

const compositeSchema = z.object({
  compositeResponse: z.array(
    z.object({ referenceId: z.string(), httpStatusCode: z.int(), body: z.unknown().optional() }),
  ),
});

const rowsSchema = z.object({
  done: z.boolean(),
  records: z.array(z.unknown()),
  nextRecordsUrl: z.string().regex(NEXT_URL).optional(),
});

/**
 * Packs queries into one request; long SOQL goes this way, too, as its text travels in the body.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
 */
export function compositeCall(queries: readonly OrgQuery[]): Question {
  if (queries.length > QUERIES_PER_CALL) {
    throw new RangeError(
      `A composite call holds ${QUERIES_PER_CALL} queries, not ${queries.length}`,
    );
  }
  const compositeRequest = queries.map((query, at) => ({
    method: "GET",
    url: urlOf(query),
    referenceId: `q${at}`,
  }));
  const text = JSON.stringify({ allOrNone: false, collateSubrequests: false, compositeRequest });
  return {
    method: "POST",
    path: `${DATA_PATH}/composite`,
    body: { type: "application/json", text },
  };
}

function urlOf(query: OrgQuery): string {
  if ("nextUrl" in query) {
    return query.nextUrl;
  }
  const resource = query.all === true ? "queryAll" : "query";
  return `${DATA_PATH}/${resource}?q=${encodeURIComponent(query.soql)}`;
}

/**
 * Takes the parts apart again, in the order of the queries.
 *
 * @throws {OrgUnavailableError} when a part is missing or has another shape.
 */
export function readComposite(
  org: string,
  answer: Answer,
  count: number,
): readonly CompositeAnswer[] {
  const parsed = compositeSchema.safeParse(answer.kind === "answered" ? answer.body : undefined);
  const parts = new Map(parsed.data?.compositeResponse.map((part) => [part.referenceId, part]));
  return Array.from({ length: count }, (_, at) => {
    const part = parts.get(`q${at}`);
    const read = part === undefined ? undefined : readPart(part.httpStatusCode, part.body);
    if (read === undefined) {
      throw new OrgUnavailableError(org, { detail: "its answer to a query has an unknown shape" });
    }
    return read;
  });
}

function readPart(status: number, body: unknown): CompositeAnswer | undefined {
  if (status >= 300) {
    return { kind: "refused", ...readRefusal(status, body) };
  }
  const { data } = rowsSchema.safeParse(body);
  if (data === undefined || (!data.done && data.nextRecordsUrl === undefined)) {
    return undefined;
  }
  const { records: rows, nextRecordsUrl: nextUrl, done } = data;
  return done || nextUrl === undefined ? { kind: "rows", rows } : { kind: "rows", rows, nextUrl };
}
