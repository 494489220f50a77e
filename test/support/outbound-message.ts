/** One notification of a built message; omit `objectType` or `fields` for an sObject without them. */
export interface NotificationInput {
  readonly id?: string;
  readonly objectType?: string | null;
  /** Text is escaped; null is sent as `xsi:nil`. */
  readonly fields?: Readonly<Record<string, string | null>>;
  /** Without any sObject, as for a record that was deleted meanwhile. */
  readonly hasRecord?: boolean;
}

/** What a built message says; everything has a realistic default. */
export interface MessageInput {
  readonly organizationId?: string | null;
  readonly actionId?: string | null;
  /** The whole element as it is sent. */
  readonly sessionId?: string;
  readonly notifications?: readonly NotificationInput[];
  readonly prefixes?: { readonly soap?: string; readonly field?: string; readonly xsi?: string };
}

/** The organization of built messages. */
export const ORGANIZATION_ID = "00D5f000004XyZaEAK";

/** Builds a notification id, different for each number. */
export function notificationId(number: number): string {
  return `04l5f${String(number).padStart(10, "0")}AAA`;
}

/** Builds a record id with the prefix of its type, different for each number. */
export function recordId(prefix: string, number: number): string {
  return `${prefix}5f${String(number).padStart(10, "0")}`;
}

/** Writes an outbound message as Salesforce does: prefixes, one-space indentation, LF, `sf:Id` first. */
export function anOutboundMessage(input: MessageInput = {}): string {
  const { soap = "soapenv", xsi = "xsi" } = input.prefixes ?? {};
  const { organizationId = ORGANIZATION_ID, actionId = "04k5f000000CafeAAA" } = input;
  const notifications = input.notifications ?? [{}];
  return `<?xml version="1.0" encoding="UTF-8"?>
<${soap}:Envelope xmlns:${soap}="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:${xsi}="http://www.w3.org/2001/XMLSchema-instance">
 <${soap}:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   ${organizationId === null ? "" : `<OrganizationId>${organizationId}</OrganizationId>`}
   ${actionId === null ? "" : `<ActionId>${actionId}</ActionId>`}
   ${input.sessionId ?? `<SessionId ${xsi}:nil="true"/>`}
   <EnterpriseUrl>https://acme.my.salesforce.com/services/Soap/c/61.0/00D5f000004XyZa</EnterpriseUrl>
   <PartnerUrl>https://acme.my.salesforce.com/services/Soap/u/61.0/00D5f000004XyZa</PartnerUrl>
${notifications.map((one, at) => notificationXml(one, at, input.prefixes ?? {})).join("\n")}
  </notifications>
 </${soap}:Body>
</${soap}:Envelope>`;
}

/** Builds `count` service appointments that changed, each with its own ids. */
export function someNotifications(count: number, fieldCount = 0): NotificationInput[] {
  return Array.from({ length: count }, (_, at) => ({
    id: notificationId(at),
    fields: { Id: recordId("08p", at), ...manyFields(fieldCount) },
  }));
}

/** Escapes text for element content, so that it survives parsing exactly. */
function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#13;");
}

function manyFields(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`Custom_Field_${at}__c`, `Value ${at}`]),
  );
}

function notificationXml(
  input: NotificationInput,
  at: number,
  { field = "sf", xsi = "xsi" }: NonNullable<MessageInput["prefixes"]>,
): string {
  const { id = notificationId(at), objectType = "ServiceAppointment", hasRecord = true } = input;
  const fields = Object.entries(input.fields ?? { Id: recordId("08p", at) });
  const type = objectType === null ? "" : ` ${xsi}:type="${field}:${objectType}"`;
  const record = `    <sObject${type} xmlns:${field}="urn:sobject.enterprise.soap.sforce.com">
${fields.map(([name, value]) => `     ${fieldXml({ field, xsi }, name, value)}`).join("\n")}
    </sObject>`;
  return `   <Notification>
    <Id>${id}</Id>
${hasRecord ? record : ""}
   </Notification>`;
}

function fieldXml(
  { field, xsi }: { readonly field: string; readonly xsi: string },
  name: string,
  value: string | null,
): string {
  return value === null
    ? `<${field}:${name} ${xsi}:nil="true"/>`
    : `<${field}:${name}>${escapeXml(value)}</${field}:${name}>`;
}
