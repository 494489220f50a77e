import type { FieldDefinition, FieldValue } from "../schema/object-definition.ts";
import { fieldOf, type OrgSchema } from "../schema/org-schema.ts";
import type { StubRecord } from "../store/record.ts";

/** One notification and the record as it is at the time of sending; without a record it carries none. */
export interface Notification {
  readonly id: string;
  readonly record: StubRecord | undefined;
}

/** What an envelope is made of. */
export interface EnvelopeInput {
  readonly organizationId: string;
  readonly actionId: string;
  readonly orgUrl: string;
  readonly objectType: string;
  /** The fields of the message's definition; empty and hidden ones stay out. */
  readonly fields: readonly string[];
  readonly notifications: readonly Notification[];
}

const SOAP_VERSION = "66.0";

/**
 * Writes the envelope of an outbound message in Salesforce's wire form: one-space indentation, LF, `sf:Id` first,
 * then the fields in ASCII order, and no session id.
 */
export function outboundEnvelope(schema: OrgSchema, input: EnvelopeInput): string {
  const { organizationId, actionId, orgUrl, notifications } = input;
  const soapUrl = (kind: string) =>
    `${orgUrl}/services/Soap/${kind}/${SOAP_VERSION}/${organizationId.slice(0, 15)}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
    " <soapenv:Body>",
    '  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">',
    `   <OrganizationId>${organizationId}</OrganizationId>`,
    `   <ActionId>${actionId}</ActionId>`,
    '   <SessionId xsi:nil="true"/>',
    `   <EnterpriseUrl>${escaped(soapUrl("c"))}</EnterpriseUrl>`,
    `   <PartnerUrl>${escaped(soapUrl("u"))}</PartnerUrl>`,
    ...notifications.flatMap((one) => notificationLines(schema, input, one)),
    "  </notifications>",
    " </soapenv:Body>",
    "</soapenv:Envelope>",
    "",
  ].join("\n");
}

function notificationLines(
  schema: OrgSchema,
  { objectType, fields }: EnvelopeInput,
  { id, record }: Notification,
): string[] {
  const recordLines =
    record === undefined
      ? []
      : [
          `    <sObject xsi:type="sf:${objectType}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">`,
          ...fieldLines(schema, { objectType, fields, record }),
          "    </sObject>",
        ];
  return ["   <Notification>", `    <Id>${id}</Id>`, ...recordLines, "   </Notification>"];
}

function fieldLines(
  schema: OrgSchema,
  {
    objectType,
    fields,
    record,
  }: Pick<EnvelopeInput, "objectType" | "fields"> & { record: StubRecord },
): string[] {
  const object = schema.object(objectType);
  const sorted = [...new Set(fields)].filter((name) => name !== "Id").sort();
  return ["Id", ...sorted].flatMap((name) => {
    const field = object === undefined ? undefined : fieldOf(object, name);
    const value = field === undefined ? null : (record[field.name] ?? null);
    return field === undefined || value === null
      ? []
      : [`     <sf:${field.name}>${escaped(xmlText(field, value))}</sf:${field.name}>`];
  });
}

function xmlText(field: FieldDefinition, value: Exclude<FieldValue, null>): string {
  const isWhole = typeof value === "number" && Number.isInteger(value);
  return field.type === "double" && isWhole ? `${value}.0` : String(value);
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");
}
