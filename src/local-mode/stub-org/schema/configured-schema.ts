import { createOrgSchema, type ExtraField, type OrgSchema } from "./org-schema.ts";
import { SERVICE_OBJECTS } from "./service-objects.ts";

const PERSON_ACCOUNT_FIELDS: readonly ExtraField[] = [
  { name: "IsPersonAccount", type: "boolean" },
  { name: "PersonContactId", type: "reference", referenceTo: ["Contact"] },
];

/** What an org has and shows. */
export interface SchemaOptions {
  readonly extraFields?: Readonly<Record<string, readonly ExtraField[]>>;
  readonly hiddenFields?: Readonly<Record<string, readonly string[]>>;
  readonly missingObjects?: readonly string[];
  readonly hasFieldService?: boolean;
  readonly hasPersonAccounts?: boolean;
}

/** Builds the schema of an org as its options say. */
export function configuredSchema(options: SchemaOptions): OrgSchema {
  const schema = createOrgSchema();
  const extraFields = flat(options.extraFields ?? {});
  const personFields = PERSON_ACCOUNT_FIELDS.map((extra) => ["Account", extra] as const);
  const added =
    options.hasPersonAccounts === true ? [...extraFields, ...personFields] : extraFields;
  for (const [objectName, extra] of added) {
    schema.addField(objectName, extra);
  }
  for (const [objectName, fieldName] of flat(options.hiddenFields ?? {})) {
    schema.hideField(objectName, fieldName);
  }
  const serviceObjects = options.hasFieldService === false ? SERVICE_OBJECTS : [];
  const missing = [...(options.missingObjects ?? []), ...serviceObjects.map(({ name }) => name)];
  for (const name of missing) {
    schema.switchOff(name);
  }
  return schema;
}

function flat<Item>(
  byObject: Readonly<Record<string, readonly Item[]>>,
): (readonly [string, Item])[] {
  return Object.entries(byObject).flatMap(([objectName, items]) =>
    items.map((item) => [objectName, item] as const),
  );
}
