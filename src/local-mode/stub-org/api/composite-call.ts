import { z } from "zod";
import { type ApiCall, type ApiReply, splitApiPath } from "./api-call.ts";
import { badRequest } from "./api-refusal.ts";
import type { OrgWorld } from "./org-world.ts";

const MAX_SUB_REQUESTS = 25;
const MAX_QUERIES = 5;
const COUNTS_AS_QUERY = /^\/(query|queryAll|composite\/sobjects)(\/|$)/;

const compositeSchema = z.object({
  allOrNone: z.boolean().default(false),
  compositeRequest: z
    .array(
      z.object({
        method: z.string(),
        url: z.string(),
        referenceId: z.string().regex(/^\w+$/),
        httpHeaders: z.record(z.string(), z.string()).default({}),
        body: z.unknown().optional(),
      }),
    )
    .min(1),
});
type SubRequest = z.infer<typeof compositeSchema>["compositeRequest"][number];

interface SubReply {
  readonly body: unknown;
  readonly httpHeaders: Readonly<Record<string, string>>;
  readonly httpStatusCode: number;
  readonly referenceId: string | null;
}

/** Answers one call; refusals are answers too. */
export type AnswerCall = (call: ApiCall) => ApiReply;

/** `POST /composite`: each sub-request has its own status; the outer one is 200 whatever they are. */
export function compositeCall(world: OrgWorld, call: ApiCall, answer: AnswerCall): ApiReply {
  const parsed = compositeSchema.safeParse(call.body);
  if (!parsed.success) {
    throw badRequest("JSON_PARSER_ERROR", z.prettifyError(parsed.error));
  }
  const { allOrNone, compositeRequest } = parsed.data;
  const excess = excessOf(compositeRequest);
  if (excess !== undefined) {
    return { status: 200, body: { compositeResponse: [limitExceeded(excess)] } };
  }
  const restore = world.store.snapshot();
  const replies = compositeRequest.map((one) => answerOne(one, call.version, answer));
  if (!allOrNone || replies.every(({ httpStatusCode }) => httpStatusCode < 400)) {
    return { status: 200, body: { compositeResponse: replies } };
  }
  restore();
  return { status: 200, body: { compositeResponse: replies.map(halted) } };
}

function answerOne(one: SubRequest, version: string, answer: AnswerCall): SubReply {
  const { referenceId } = one;
  const url = new URL(one.url, "http://stub.invalid");
  const split = splitApiPath(url.pathname);
  const reply =
    split === undefined || /^\/composite(\/batch|\/graph)?$/.test(split.path)
      ? {
          status: 404,
          body: [{ errorCode: "NOT_FOUND", message: "The requested resource does not exist" }],
        }
      : answer({
          method: one.method.toUpperCase(),
          path: split.path,
          query: url.searchParams,
          version,
          body: one.body,
          headers: one.httpHeaders,
        });
  return { body: reply.body ?? null, httpHeaders: {}, httpStatusCode: reply.status, referenceId };
}

function excessOf(subRequests: readonly SubRequest[]): number | undefined {
  const queries = subRequests.filter(({ url }) =>
    COUNTS_AS_QUERY.test(splitApiPath(new URL(url, "http://stub.invalid").pathname)?.path ?? ""),
  );
  if (subRequests.length > MAX_SUB_REQUESTS) {
    return MAX_SUB_REQUESTS;
  }
  return queries.length > MAX_QUERIES ? MAX_QUERIES : undefined;
}

function limitExceeded(limit: number): SubReply {
  const what = limit === MAX_QUERIES ? "query or sObject collection operations" : "operations";
  const message = `The request can’t contain more than ${limit} ${what}.`;
  return {
    body: [{ errorCode: "LIMIT_EXCEEDED", message }],
    httpHeaders: {},
    httpStatusCode: 400,
    referenceId: null,
  };
}

function halted(reply: SubReply): SubReply {
  const message =
    "The transaction was rolled back since another operation in the same transaction failed.";
  return reply.httpStatusCode >= 400
    ? reply
    : { ...reply, body: [{ errorCode: "PROCESSING_HALTED", message }], httpStatusCode: 400 };
}
