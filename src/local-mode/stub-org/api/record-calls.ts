import type { ObjectDefinition } from "../schema/object-definition.ts";
import { fieldOf } from "../schema/org-schema.ts";
import { type AnswerRecord, answerValue } from "../soql/project-record.ts";
import { idOf, type StubRecord } from "../store/record.ts";
import { type ApiCall, type ApiReply, versionPath } from "./api-call.ts";
import { ApiRefusal, notFound } from "./api-refusal.ts";
import { objectOf } from "./describe-calls.ts";
import type { OrgWorld } from "./org-world.ts";
import { writeRecord } from "./write-record.ts";

/** `GET /sobjects/<type>/<id>[?fields=]`. */
export function getRecordCall(world: OrgWorld, call: ApiCall): ApiReply {
  const { object, record } = addressed(world, call);
  const asked = call.query.get("fields");
  const names = asked === null ? object.fields.map(({ name }) => name) : asked.split(",");
  return { status: 200, body: recordAnswer({ object, record, version: call.version }, names) };
}

/** `PATCH /sobjects/<type>/<id>`: 204 and nothing else. */
export function patchRecordCall(world: OrgWorld, call: ApiCall): ApiReply {
  const { object, record } = addressed(world, call);
  writeRecord(world, { object, recordId: idOf(record), input: call.body });
  return { status: 204 };
}

/** A record with what its answer needs to know. */
export interface AnsweredRecord {
  readonly object: ObjectDefinition;
  readonly record: StubRecord;
  readonly version: string;
}

/**
 * Writes the named fields of a record.
 *
 * @throws {ApiRefusal} INVALID_FIELD when one is not there.
 */
export function recordAnswer(
  { object, record, version }: AnsweredRecord,
  names: readonly string[],
): AnswerRecord {
  const url = `${versionPath(version)}/sobjects/${object.name}/${idOf(record)}`;
  const answer: AnswerRecord = { attributes: { type: object.name, url } };
  for (const name of names) {
    const field = fieldOf(object, name.trim());
    if (field === undefined) {
      const message = `No such column '${name.trim()}' on sobject of type ${object.name}`;
      throw new ApiRefusal({ message, errorCode: "INVALID_FIELD", fields: [] });
    }
    answer[field.name] = answerValue(field, record[field.name] ?? null);
  }
  return answer;
}

function addressed(
  { schema, store }: OrgWorld,
  { path }: ApiCall,
): { readonly object: ObjectDefinition; readonly record: StubRecord } {
  const [, , name = "", recordId = ""] = path.split("/");
  const object = objectOf(schema, name);
  const record = store.typeOf(recordId) === object.name ? store.get(recordId) : undefined;
  if (record === undefined) {
    throw notFound();
  }
  if (record["IsDeleted"] === true) {
    const error = { errorCode: "ENTITY_IS_DELETED", message: "entity is deleted" };
    throw new ApiRefusal(error, { status: 404 });
  }
  return { object, record };
}
