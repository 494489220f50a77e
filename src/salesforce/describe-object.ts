import { z } from "zod";
import { type AskDeps, askOrg } from "./ask-org.ts";
import { API_VERSION } from "./org-call.ts";
import { OrgUnavailableError } from "./org-errors.ts";

const describeSchema = z.object({
  name: z.string(),
  fields: z.array(
    z.object({
      name: z.string(),
      type: z.string().default(""),
      relationshipName: z.string().nullish(),
      referenceTo: z.array(z.string()).default([]),
    }),
  ),
});

/** One object type, as far as the integration user may see it. */
export interface DescribedObject {
  readonly name: string;
  readonly fields: ReadonlySet<string>;
  /** The fields that hold a date without a time: they compare with dates only. */
  readonly dayFields: ReadonlySet<string>;
  /** By relationship name (`ParentRecord`): the types it may lead to. */
  readonly relationships: ReadonlyMap<string, readonly string[]>;
}

/**
 * Asks what one object type is like; undefined when the org has none, or none for us.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
 */
export async function describeObject(
  deps: AskDeps,
  type: string,
): Promise<DescribedObject | undefined> {
  const path = `/services/data/v${API_VERSION}/sobjects/${encodeURIComponent(type)}/describe`;
  const answer = await askOrg(deps, { method: "GET", path });
  if (answer.kind === "not-found") {
    return undefined;
  }
  const { data } = describeSchema.safeParse(answer.body);
  if (data === undefined) {
    throw new OrgUnavailableError(deps.org, {
      detail: `its description of ${type} has an unknown shape`,
    });
  }
  return {
    name: data.name,
    fields: new Set(data.fields.map(({ name }) => name)),
    dayFields: new Set(data.fields.flatMap(({ name, type }) => (type === "date" ? [name] : []))),
    relationships: new Map(
      data.fields.flatMap(({ relationshipName, referenceTo }) =>
        typeof relationshipName === "string" ? [[relationshipName, referenceTo] as const] : [],
      ),
    ),
  };
}
