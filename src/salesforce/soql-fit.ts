import type { DescribedObject } from "./describe-object.ts";
import type { OrgShape } from "./org-shape.ts";
import type { Denial } from "./read-denial.ts";
import { type ChildPart, isFieldPath, type Selection, type TypeofPart } from "./soql-text.ts";

/**
 * Cuts a selection down to what the org has and lets us see; undefined when nothing can be asked for.
 *
 * What is left out is noted as a warning of the org, once.
 */
export async function fitSelection(
  shape: OrgShape,
  wanted: Selection,
): Promise<Selection | undefined> {
  const object = await shape.describe(wanted.from);
  if (object === undefined) {
    shape.warn(`${wanted.from} is not in this org, or the integration user may not read it`);
    return undefined;
  }
  const fit: Fit = { shape, object, denials: shape.denials() };
  if (!(wanted.required ?? []).every((field) => hasField(fit, field))) {
    return undefined;
  }
  const parts = (wanted.typeofs ?? []).map((part) => fitTypeof(fit, part));
  const children = await Promise.all((wanted.children ?? []).map((part) => fitChild(fit, part)));
  return {
    from: object.name,
    fields: [
      ...new Set([...fitFields(fit, wanted.fields), ...parts.flatMap(({ fields }) => fields)]),
    ],
    typeofs: parts.flatMap(({ part }) => part ?? []),
    children: children.flatMap((part) => part ?? []),
  };
}

/** Met behind the lookup of the same name alone, so a name denied here or elsewhere is never the other's. */
const ROLE = "UserRole";

interface Fit {
  readonly shape: OrgShape;
  readonly object: DescribedObject;
  readonly denials: readonly Denial[];
}

function fitFields(fit: Fit, fields: readonly string[]): readonly string[] {
  return fields.flatMap((written) => {
    const field = written.replace(/\?$/, "");
    if (hasField(fit, field)) {
      return [field];
    }
    if (field === written) {
      fit.shape.warn(lacking(fit.object.name, field));
    }
    return [];
  });
}

function hasField({ object, denials }: Fit, path: string): boolean {
  const [first = "", ...rest] = path.split(".");
  const exists = rest.length === 0 ? object.fields.has(first) : object.relationships.has(first);
  return (
    exists && isFieldPath(path) && !denials.some((denial) => isDenied(denial, { object, path }))
  );
}

interface DeniedQuestion {
  readonly object: DescribedObject;
  readonly path: string;
}

function isDenied(denial: Denial, { object, path }: DeniedQuestion): boolean {
  const steps = path.split(".");
  switch (denial.kind) {
    case "type":
      return false;
    case "relationship":
      return steps.slice(0, -1).includes(denial.relationship);
    case "column":
      return steps.at(-1) === denial.column && mayOwn(object, steps, denial.type);
  }
}

/** Whether the last step of a path can be a column of that type; behind two lookups any type may be met. */
function mayOwn(object: DescribedObject, steps: readonly string[], type: string): boolean {
  if (steps.length === 1) {
    return object.name === type;
  }
  if (type === ROLE || steps.at(-2) === ROLE) {
    return type === steps.at(-2);
  }
  const met = steps.length === 2 ? object.relationships.get(steps[0] ?? "") : undefined;
  return met === undefined || type === "Name" || met.includes(type);
}

/** TYPEOF is for lookups to several types; an org in which only one is left wants plain paths. */
function fitTypeof(
  fit: Fit,
  { relationship, branches }: TypeofPart,
): { readonly part?: TypeofPart; readonly fields: readonly string[] } {
  const met = isRelationshipDenied(fit, relationship)
    ? []
    : fit.object.relationships.get(relationship);
  const [first, ...others] = met ?? [];
  if (first === undefined) {
    fit.shape.warn(
      `${fit.object.name}.${relationship} cannot be read; what depends on it is left out`,
    );
    return { fields: [] };
  }
  const fitted = branches
    .filter(({ type }) => met?.includes(type))
    .map(({ type, fields }) => ({ type, fields: fitBranch(fit, type, fields) }))
    .filter(({ fields }) => fields.length > 0);
  if (others.length > 0 && fitted.length > 0) {
    return { part: { relationship, branches: fitted }, fields: [] };
  }
  return { fields: fitted.flatMap(({ fields }) => fields.map((one) => `${relationship}.${one}`)) };
}

function fitBranch(fit: Fit, type: string, fields: readonly string[]): readonly string[] {
  // Not described: that would cost a call per type. What is wrong here is learned from the refusal.
  const object = {
    name: type,
    fields: new Set<string>(),
    dayFields: new Set<string>(),
    relationships: new Map(),
  };
  return fields.filter((path) => {
    const isFine =
      isFieldPath(path) && !fit.denials.some((denial) => isDenied(denial, { object, path }));
    if (!isFine) {
      fit.shape.warn(lacking(type, path));
    }
    return isFine;
  });
}

/** A role is met from many sides, and is one thing to mend. */
function lacking(type: string, path: string): string {
  const [owner, field] = path.endsWith(`${ROLE}.Name`) ? ["User", `${ROLE}.Name`] : [type, path];
  return `${owner}.${field} cannot be read; what depends on it is left out`;
}

async function fitChild(fit: Fit, part: ChildPart): Promise<ChildPart | undefined> {
  const object = await fit.shape.describe(part.from);
  if (object === undefined || isRelationshipDenied(fit, part.relationship)) {
    fit.shape.warn(`${part.from} cannot be read; what depends on it is left out`);
    return undefined;
  }
  const childFit = { ...fit, object };
  const order = part.order.filter((one) => hasField(childFit, one.replace(/ .*$/, "")));
  return { ...part, fields: fitFields(childFit, part.fields), order };
}

function isRelationshipDenied({ denials }: Fit, relationship: string): boolean {
  return denials.some((one) => one.kind === "relationship" && one.relationship === relationship);
}
