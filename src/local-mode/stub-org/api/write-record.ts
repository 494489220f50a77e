import { z } from "zod";
import type { FieldDefinition, ObjectDefinition } from "../schema/object-definition.ts";
import { fieldOf } from "../schema/org-schema.ts";
import type { RecordInput } from "../store/record.ts";
import { storedValue, UnfitValueError } from "../store/stored-value.ts";
import { ApiRefusal, badRequest } from "./api-refusal.ts";
import type { OrgWorld } from "./org-world.ts";

const valueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const inputSchema = z.record(z.string(), z.unknown());

/** A record and the new values for it. */
export interface RecordWrite {
  readonly object: ObjectDefinition;
  readonly recordId: string;
  readonly input: unknown;
}

/**
 * Updates a record as the REST API does.
 *
 * @throws {ApiRefusal} when a field is not there, read-only, or cannot hold its value; nothing is written then.
 */
export function writeRecord({ store }: OrgWorld, { object, recordId, input }: RecordWrite): void {
  const given = inputSchema.safeParse(input);
  if (!given.success) {
    throw badRequest("JSON_PARSER_ERROR", "The HTTP entity body is required");
  }
  if (object.name === "Lead" && store.get(recordId)?.["IsConverted"] === true) {
    throw refusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead");
  }
  const checked = Object.entries(given.data)
    .filter(([name]) => name !== "attributes")
    .map(([name, value]) => checkedValue(object, name, value));
  store.update(recordId, Object.fromEntries(checked) satisfies RecordInput);
}

function checkedValue(object: ObjectDefinition, name: string, value: unknown) {
  const field = fieldOf(object, name);
  if (field === undefined) {
    throw refusal("INVALID_FIELD", `No such column '${name}' on sobject of type ${object.name}`);
  }
  if (!field.updateable) {
    const message = `Unable to create/update fields: ${field.name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`;
    throw refusal("INVALID_FIELD_FOR_INSERT_UPDATE", message, [field.name]);
  }
  if (!field.nillable && (value === null || value === "")) {
    const message = `Required fields are missing: [${field.name}]`;
    throw refusal("REQUIRED_FIELD_MISSING", message, [field.name]);
  }
  return [field.name, fittingValue(field, value)] as const;
}

function fittingValue(field: FieldDefinition, value: unknown) {
  const plain = valueSchema.safeParse(value);
  try {
    return storedValue(field, plain.success ? plain.data : Number.NaN);
  } catch (cause) {
    if (cause instanceof UnfitValueError && cause.reason === "length") {
      throw tooLong(field, value, cause);
    }
    const message = `Cannot deserialize instance of ${field.type} from VALUE ${String(value)} or request may be missing a required field`;
    throw badRequest("JSON_PARSER_ERROR", message, { cause });
  }
}

function refusal(errorCode: string, message: string, fields: readonly string[] = []): ApiRefusal {
  return new ApiRefusal({ message, errorCode, fields });
}

function tooLong(field: FieldDefinition, value: unknown, cause: unknown): ApiRefusal {
  const message = `${field.name}: data value too large: ${String(value)} (max length=${field.length})`;
  const error = { errorCode: "STRING_TOO_LONG", message, fields: [field.name] };
  return new ApiRefusal(error, { cause });
}
