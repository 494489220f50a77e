import { field, lookup } from "./define-fields.ts";
import type { FieldDefinition, FieldType, ObjectDefinition } from "./object-definition.ts";
import { SALES_OBJECTS } from "./sales-objects.ts";
import { SERVICE_OBJECTS } from "./service-objects.ts";
import { SHARED_OBJECTS } from "./shared-objects.ts";

/** A custom field that one org has. */
export interface ExtraField {
  readonly name: string;
  readonly type: FieldType;
  /** For references; a custom lookup `Rep__c` is `Rep__r` in paths. */
  readonly referenceTo?: readonly string[];
  /** Longest text, when it differs from the type's usual one. */
  readonly length?: number;
}

/** A child list as a parent sees it. */
export interface ChildRelationship {
  readonly name: string;
  readonly child: ObjectDefinition;
  readonly field: FieldDefinition;
}

/** The objects and fields that the integration user sees; tests change it while the org runs. */
export interface OrgSchema {
  /** Looks an object up, whatever the case of the name; undefined when it is off or unknown. */
  object(name: string): ObjectDefinition | undefined;
  objects(): readonly ObjectDefinition[];
  children(parent: ObjectDefinition): readonly ChildRelationship[];
  /** As `object`, with what is hidden or off: what the store may hold. */
  wholeObject(name: string): ObjectDefinition | undefined;
  addField(objectName: string, extra: ExtraField): void;
  /** Field security: the field is as if it were not there. */
  hideField(objectName: string, fieldName: string): void;
  showField(objectName: string, fieldName: string): void;
  switchOff(objectName: string): void;
  switchOn(objectName: string): void;
}

/** Builds the schema of an org in which everything is on and visible. */
export function createOrgSchema(): OrgSchema {
  const all = new Map<string, ObjectDefinition>(
    [...SERVICE_OBJECTS, ...SALES_OBJECTS, ...SHARED_OBJECTS].map((one) => [keyOf(one.name), one]),
  );
  const off = new Set<string>();
  const hidden = new Set<string>();

  const isOn = (name: string) => all.has(keyOf(name)) && !off.has(keyOf(name));
  const object = (name: string) => {
    const whole = isOn(name) ? all.get(keyOf(name)) : undefined;
    return whole === undefined ? undefined : visiblePart(whole, hidden, isOn);
  };
  const objects = () => [...all.values()].flatMap(({ name }) => object(name) ?? []);
  return {
    object,
    objects,
    children: (parent) => objects().flatMap((child) => childrenIn(child, parent)),
    wholeObject: (name) => all.get(keyOf(name)),
    addField: (objectName, extra) => {
      const whole = all.get(keyOf(objectName));
      if (whole === undefined) {
        throw new Error(`The stub has no object ${objectName}`);
      }
      all.set(keyOf(objectName), { ...whole, fields: [...whole.fields, customField(extra)] });
    },
    hideField: (objectName, fieldName) => hidden.add(keyOf(objectName, fieldName)),
    showField: (objectName, fieldName) => hidden.delete(keyOf(objectName, fieldName)),
    switchOff: (name) => off.add(keyOf(name)),
    switchOn: (name) => off.delete(keyOf(name)),
  };
}

/** Finds a field, whatever the case of its name. */
export function fieldOf(object: ObjectDefinition, name: string): FieldDefinition | undefined {
  return object.fields.find((one) => keyOf(one.name) === keyOf(name));
}

/** Finds the reference behind a relationship's name in a path. */
export function referenceOf(object: ObjectDefinition, name: string): FieldDefinition | undefined {
  return object.fields.find(
    ({ relationshipName }) => relationshipName !== null && keyOf(relationshipName) === keyOf(name),
  );
}

function keyOf(...names: readonly string[]): string {
  return names.join(".").toLowerCase();
}

function visiblePart(
  whole: ObjectDefinition,
  hidden: ReadonlySet<string>,
  isOn: (name: string) => boolean,
): ObjectDefinition {
  const seen = whole.fields.flatMap((one) => {
    const referenceTo = one.referenceTo.filter(isOn);
    const isDangling = one.referenceTo.length > 0 && referenceTo.length === 0;
    return isDangling || hidden.has(keyOf(whole.name, one.name)) ? [] : [{ ...one, referenceTo }];
  });
  return { ...whole, fields: seen };
}

function childrenIn(child: ObjectDefinition, parent: ObjectDefinition): ChildRelationship[] {
  return child.fields.flatMap((one) =>
    one.childRelationshipName !== null && one.referenceTo.includes(parent.name)
      ? [{ name: one.childRelationshipName, child, field: one }]
      : [],
  );
}

function customField({ name, type, referenceTo, length }: ExtraField): FieldDefinition {
  const traits = length === undefined ? {} : { length };
  return type === "reference" ? lookup(name, referenceTo ?? ["User"]) : field(name, type, traits);
}
