import type { ObjectDefinition } from "../schema/object-definition.ts";
import { referenceOf } from "../schema/org-schema.ts";

/** Splits a dotted field; the object's own name or alias in front says nothing and is left out. */
export function pathSegments(
  object: ObjectDefinition,
  alias: string | undefined,
  dotted: string,
): readonly string[] {
  const segments = dotted.split(".");
  const first = segments[0]?.toLowerCase() ?? "";
  const isOwnName = first === object.name.toLowerCase() || first === alias?.toLowerCase();
  const isPrefix = segments.length > 1 && isOwnName && referenceOf(object, first) === undefined;
  return isPrefix ? segments.slice(1) : segments;
}
