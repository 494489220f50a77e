import { ACME, type Tenant } from "../world/tenants.ts";

/** One notification of an outbound message. */
export interface Notification {
  readonly id: string;
  readonly recordId: string;
}

/** Writes an outbound message of service appointments, as Salesforce does. */
export function outboundMessage(
  { organizationId }: Pick<Tenant, "organizationId">,
  notifications: readonly Notification[],
): string {
  const body = notifications
    .map(
      ({ id, recordId }) => `<Notification><Id>${id}</Id>
    <sObject xsi:type="sf:ServiceAppointment" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>${recordId}</sf:Id></sObject>
   </Notification>`,
    )
    .join("\n   ");
  return `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   <OrganizationId>${organizationId}</OrganizationId>
   <ActionId>04k5f000000CafeAAA</ActionId>
   ${body}
  </notifications>
 </soapenv:Body>
</soapenv:Envelope>`;
}

/** So many notifications about visits that nobody can read. */
export function someNotifications(count: number, from = 0): readonly Notification[] {
  return Array.from({ length: count }, (_, at) => {
    const digits = String(from + at).padStart(9, "0");
    return { id: `04l5f9${digits}`, recordId: `08p5f9${digits}` };
  });
}

/** Posts a body to the first tenant's door for outbound messages; resolves to the status and whether it was an ack. */
export async function postSoap(
  url: string,
  body: string | Buffer,
  contentType = "text/xml; charset=utf-8",
): Promise<{ readonly status: number; readonly isAck: boolean }> {
  try {
    const answer = await fetch(`${url}/webhooks/salesforce/${ACME.name}/${ACME.webhookSecret}`, {
      method: "POST",
      headers: { "content-type": contentType, soapaction: '""' },
      body: typeof body === "string" ? body : new Uint8Array(body),
    });
    const text = await answer.text();
    return { status: answer.status, isAck: text.includes("<Ack>true</Ack>") };
  } catch {
    return { status: 0, isAck: false };
  }
}
