import type { OrgSchema } from "../schema/org-schema.ts";
import { runSoql, type SoqlResult } from "../soql/run-soql.ts";
import { malformed } from "../soql/soql-refusals.ts";
import { type ApiCall, type ApiReply, versionPath } from "./api-call.ts";
import { badRequest } from "./api-refusal.ts";
import type { OrgWorld } from "./org-world.ts";
import type { QueryCursor } from "./query-cursors.ts";

const SMALLEST_PAGE = 200;

/** `GET /query?q=`: deleted records are not there. */
export function queryCall(world: OrgWorld, call: ApiCall): ApiReply {
  return answerQuery(world, call, false);
}

/** `GET /queryAll?q=`: deleted records are there. */
export function queryAllCall(world: OrgWorld, call: ApiCall): ApiReply {
  return answerQuery(world, call, true);
}

/** `GET /query/<locator>-<offset>`: the next page. */
export function queryMoreCall(world: OrgWorld, call: ApiCall): ApiReply {
  const [, locator = "", offset = "0"] = /\/([^/-]+)-(\d+)$/.exec(call.path) ?? [];
  const cursor = world.cursors.find(locator);
  if (cursor === undefined) {
    throw badRequest("INVALID_QUERY_LOCATOR", "invalid query locator");
  }
  return { status: 200, body: page(call.version, cursor, { locator, offset: Number(offset) }) };
}

/** `GET /tooling/query?q=`: of the stub's objects only CustomNotificationType is a tooling object. */
export function toolingQueryCall(world: OrgWorld, call: ApiCall): ApiReply {
  const recordsPath = `${versionPath(call.version)}/tooling/sobjects`;
  const schema: OrgSchema = {
    ...world.schema,
    object: (name) =>
      /^CustomNotificationType$/i.test(name) ? world.schema.object(name) : undefined,
  };
  const { totalSize, objectName, records } = evaluate({ ...world, schema }, call, {
    recordsPath,
    includeDeleted: false,
  });
  return {
    status: 200,
    body: {
      size: totalSize,
      totalSize,
      done: true,
      queryLocator: null,
      entityTypeName: objectName,
      records,
    },
  };
}

function answerQuery(world: OrgWorld, call: ApiCall, includeDeleted: boolean): ApiReply {
  const recordsPath = `${versionPath(call.version)}/sobjects`;
  const { totalSize, records } = evaluate(world, call, { recordsPath, includeDeleted });
  const cursor = { totalSize, records, pageSize: pageSizeOf(world, call) };
  const locator = records.length > cursor.pageSize ? world.cursors.open(cursor) : "";
  return { status: 200, body: page(call.version, cursor, { locator, offset: 0 }) };
}

function evaluate(
  world: OrgWorld,
  call: ApiCall,
  kind: { readonly recordsPath: string; readonly includeDeleted: boolean },
): SoqlResult {
  const soql = call.query.get("q");
  if (soql === null) {
    throw malformed("A query string has to be specified");
  }
  const { schema, store } = world;
  return runSoql({
    ...kind,
    soql,
    schema,
    nowMs: world.nowMs(),
    apiVersion: Number(call.version),
    find: (recordId) => store.get(recordId),
    typeOf: (recordId) => store.typeOf(recordId),
    all: (objectType) => store.all(objectType),
  });
}

function page(
  version: string,
  { totalSize, records, pageSize }: QueryCursor,
  { locator, offset }: { readonly locator: string; readonly offset: number },
): object {
  const next = offset + pageSize;
  const isLast = next >= records.length;
  return {
    totalSize,
    done: isLast,
    ...(isLast ? {} : { nextRecordsUrl: `${versionPath(version)}/query/${locator}-${next}` }),
    records: records.slice(offset, next),
  };
}

/** A call may ask for 200 rows or more, never for more than the org gives. */
function pageSizeOf({ pageSize }: OrgWorld, { headers }: ApiCall): number {
  const asked = /batchSize=(\d+)/i.exec(headers["sforce-query-options"] ?? "")?.[1];
  return asked === undefined
    ? pageSize
    : Math.min(pageSize, Math.max(SMALLEST_PAGE, Number(asked)));
}
