import { z } from "zod";
import { checkboxSchema, isJsonObject, lookupSchema, textSchema } from "./record-fields.ts";

const namedSchema = z
  .object({ Name: textSchema })
  .nullable()
  .default(null)
  .transform((related) => related?.Name ?? null);

const accountSchema = z.object({ type: z.literal("Account"), Id: lookupSchema, Name: textSchema });

const contactSchema = z.object({
  type: z.literal("Contact"),
  Id: lookupSchema,
  Name: textSchema,
  AccountId: lookupSchema,
});

const opportunitySchema = z.object({
  type: z.literal("Opportunity"),
  Id: lookupSchema,
  Name: textSchema,
  AccountId: lookupSchema,
  /** The account's name. */
  Account: namedSchema,
});

/** What a lead became, as far as it was converted. */
export const conversionShape = {
  IsConverted: checkboxSchema,
  ConvertedAccountId: lookupSchema,
  ConvertedContactId: lookupSchema,
  ConvertedOpportunityId: lookupSchema,
};

const leadSchema = z.object({
  type: z.literal("Lead"),
  Id: lookupSchema,
  Name: textSchema,
  Company: textSchema,
  ...conversionShape,
});

const workOrderShape = {
  AccountId: lookupSchema,
  ContactId: lookupSchema,
  /** The opportunity at the end of the configured path. */
  configuredOpportunityId: lookupSchema,
};

const workOrderSchema = z.object({
  type: z.literal("WorkOrder"),
  Id: lookupSchema,
  ...workOrderShape,
});

const workOrderLineItemSchema = z.object({
  type: z.literal("WorkOrderLineItem"),
  Id: lookupSchema,
  WorkOrderId: lookupSchema,
  WorkOrder: z.object(workOrderShape).nullable().default(null),
});

const carrierShape = { Id: lookupSchema, AccountId: lookupSchema, ContactId: lookupSchema };
const assetSchema = z.object({ type: z.literal("Asset"), ...carrierShape });
const caseSchema = z.object({ type: z.literal("Case"), ...carrierShape });

/** A record of a type that the walk does not know: custom objects, industry clouds, campaigns. */
const otherSchema = z.object({
  type: z.literal("Other"),
  Id: lookupSchema,
  Name: textSchema,
  objectType: textSchema,
});

/** The types that the walk from an appointment to its customer knows. */
const WALKED_TYPES = [
  "Account",
  "Contact",
  "Opportunity",
  "Lead",
  "WorkOrder",
  "WorkOrderLineItem",
  "Asset",
  "Case",
] as const;

const walkedSchema = z.discriminatedUnion("type", [
  accountSchema,
  contactSchema,
  opportunitySchema,
  leadSchema,
  workOrderSchema,
  workOrderLineItemSchema,
  assetSchema,
  caseSchema,
  otherSchema,
]);

/**
 * What a polymorphic lookup (ParentRecord, What, Who) points at, told apart by `type`.
 *
 * `type` is Salesforce's `attributes.type`; a type that the walk does not know becomes "Other" and keeps its
 * name in `objectType`.
 */
export const recordRelationSchema = z.preprocess(liftType, walkedSchema).nullable().default(null);
export type RecordRelation = NonNullable<z.infer<typeof recordRelationSchema>>;

/** The account's or the contact's name behind an ordinary lookup; null when hidden. */
export const relatedNameSchema = namedSchema;

/** Moves `attributes.type` to `type`, where a discriminated union can see it. */
function liftType(raw: unknown): unknown {
  if (!isJsonObject(raw)) {
    return raw;
  }
  const { attributes } = raw;
  const objectType = isJsonObject(attributes) ? attributes["type"] : undefined;
  const known = WALKED_TYPES.find((type) => type === objectType);
  return { ...raw, type: known ?? "Other", objectType };
}
