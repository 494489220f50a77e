import {
  type FieldDefinition,
  isCustom,
  isPolymorphic,
  type ObjectDefinition,
} from "../schema/object-definition.ts";
import type { OrgSchema } from "../schema/org-schema.ts";
import { type ApiCall, type ApiReply, versionPath } from "./api-call.ts";
import { notFound } from "./api-refusal.ts";
import type { OrgWorld } from "./org-world.ts";

/** `GET /sobjects`: every object of the org. */
export function globalDescribeCall({ schema }: OrgWorld, { version }: ApiCall): ApiReply {
  const sobjects = schema.objects().map((object) => summary(object, version));
  return { status: 200, body: { encoding: "UTF-8", maxBatchSize: 200, sobjects } };
}

/** `GET /sobjects/<type>/describe`: the fields the user sees, and the lists on this object. */
export function describeCall({ schema }: OrgWorld, { path, version }: ApiCall): ApiReply {
  const object = objectOf(schema, path.split("/")[2] ?? "");
  const childRelationships = schema.children(object).map(({ name, child, field }) => ({
    childSObject: child.name,
    field: field.name,
    relationshipName: name,
    cascadeDelete: field.cascadeDelete,
    deprecatedAndHidden: false,
  }));
  const fields = object.fields.map(describeField);
  return { status: 200, body: { ...summary(object, version), fields, childRelationships } };
}

/**
 * Finds the object of a path.
 *
 * @throws {ApiRefusal} 404 NOT_FOUND when the org does not have it.
 */
export function objectOf(schema: OrgSchema, name: string): ObjectDefinition {
  const object = schema.object(decodeURIComponent(name));
  if (object === undefined) {
    throw notFound();
  }
  return object;
}

function summary({ name, keyPrefix }: ObjectDefinition, version: string): object {
  const base = `${versionPath(version)}/sobjects/${name}`;
  return {
    name,
    label: name,
    labelPlural: `${name}s`,
    keyPrefix,
    custom: name.endsWith("__c"),
    queryable: true,
    retrieveable: true,
    updateable: true,
    urls: { sobject: base, describe: `${base}/describe`, rowTemplate: `${base}/{ID}` },
  };
}

function describeField(field: FieldDefinition): object {
  const { name, type, length, nillable, updateable, referenceTo, relationshipName } = field;
  return {
    name,
    label: name,
    type,
    length,
    nillable,
    updateable,
    createable: updateable,
    custom: isCustom(field),
    filterable: true,
    sortable: true,
    referenceTo,
    relationshipName,
    polymorphicForeignKey: isPolymorphic(field),
    namePointing: isPolymorphic(field),
    cascadeDelete: field.cascadeDelete,
    deprecatedAndHidden: false,
    picklistValues: [],
  };
}
