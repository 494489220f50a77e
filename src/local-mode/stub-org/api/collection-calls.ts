import { z } from "zod";
import type { ApiCall, ApiReply } from "./api-call.ts";
import { ApiRefusal, badRequest } from "./api-refusal.ts";
import { objectOf } from "./describe-calls.ts";
import type { OrgWorld } from "./org-world.ts";
import { recordAnswer } from "./record-calls.ts";
import { writeRecord } from "./write-record.ts";

const MAX_READ = 2000;
const MAX_WRITTEN = 200;

const readSchema = z.object({ ids: z.array(z.string()), fields: z.array(z.string()).min(1) });
const writeSchema = z.object({
  allOrNone: z.boolean().default(false),
  records: z.array(z.looseObject({ id: z.string().optional(), Id: z.string().optional() })),
});

/** `POST /composite/sobjects/<type>`: records in the order of the ids, null where there is none. */
export function readCollectionCall({ schema, store }: OrgWorld, call: ApiCall): ApiReply {
  const object = objectOf(schema, call.path.split("/")[3] ?? "");
  const { ids, fields } = parsed(readSchema, call.body);
  if (ids.length > MAX_READ) {
    throw tooMany(MAX_READ);
  }
  const names = fields.some((name) => name.toLowerCase() === "id") ? fields : ["Id", ...fields];
  const body = ids.map((id) => {
    const record = store.typeOf(id) === object.name ? store.get(id) : undefined;
    return record === undefined || record["IsDeleted"] === true
      ? null
      : recordAnswer({ object, record, version: call.version }, names);
  });
  return { status: 200, body };
}

/** `PATCH /composite/sobjects`: one result a record; with allOrNone a failure undoes all. */
export function writeCollectionCall(world: OrgWorld, call: ApiCall): ApiReply {
  const { allOrNone, records } = parsed(writeSchema, call.body);
  if (records.length > MAX_WRITTEN) {
    throw tooMany(MAX_WRITTEN);
  }
  const restore = world.store.snapshot();
  const results = records.map((record) => writeOne(world, record));
  if (allOrNone && results.some(({ success }) => !success)) {
    restore();
    return { status: 200, body: results.map((one) => (one.success ? ROLLED_BACK : one)) };
  }
  return { status: 200, body: results };
}

const ROLLED_BACK = {
  success: false,
  errors: [
    {
      statusCode: "ALL_OR_NONE_OPERATION_ROLLED_BACK",
      message:
        "Record rolled back because not all records were valid and the request was using AllOrNone header",
      fields: [],
    },
  ],
};

function writeOne(world: OrgWorld, input: z.infer<typeof writeSchema>["records"][number]) {
  const { id, Id, ...fields } = input;
  const recordId = id ?? Id ?? "";
  const object = world.schema.object(world.store.typeOf(recordId) ?? "");
  if (object === undefined) {
    return failed({
      errorCode: "INVALID_CROSS_REFERENCE_KEY",
      message: "invalid cross reference id",
    });
  }
  try {
    writeRecord(world, { object, recordId, input: fields });
    return { id: recordId, success: true, errors: [] };
  } catch (error) {
    if (error instanceof ApiRefusal) {
      return failed(error.error);
    }
    throw error;
  }
}

function failed({ errorCode, message, fields = [] }: ApiRefusal["error"]) {
  return { success: false, errors: [{ statusCode: errorCode, message, fields }] };
}

function parsed<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const result = schema.safeParse(body);
  if (!result.success) {
    throw badRequest("JSON_PARSER_ERROR", z.prettifyError(result.error));
  }
  return result.data;
}

function tooMany(limit: number): ApiRefusal {
  return badRequest(
    "EXCEEDED_ID_LIMIT",
    `record limit reached. cannot submit more than ${limit} records into this call`,
  );
}
