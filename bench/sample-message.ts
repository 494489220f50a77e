import { canonicalRecordId } from "../src/domain/crm-record-id.ts";
import { ACME } from "./bench-bridge.ts";

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   <OrganizationId>${ACME.organizationId}</OrganizationId>
   <ActionId>04k5f000000CafeAAA</ActionId>
   <SessionId xsi:nil="true"/>
   <EnterpriseUrl>https://acme.my.salesforce.com/services/Soap/c/61.0/00D5f000004XyZa</EnterpriseUrl>
   <PartnerUrl>https://acme.my.salesforce.com/services/Soap/u/61.0/00D5f000004XyZa</PartnerUrl>
`;
const TAIL = `  </notifications>
 </soapenv:Body>
</soapenv:Envelope>`;

/** What an administrator typically selects for a service appointment. */
const FIELDS = Object.entries({
  AppointmentNumber: "SA-0012345",
  Status: "Scheduled",
  Subject: "Roof inspection and quote for the Hendersons",
  SchedStartTime: "2027-03-02T15:00:00.000Z",
  SchedEndTime: "2027-03-02T16:30:00.000Z",
  EarliestStartTime: "2027-03-02T14:00:00.000Z",
  DueDate: "2027-03-09T23:59:00.000Z",
  DurationInMinutes: "90.0",
  ParentRecordId: "0WO5f000000KqYzGAK",
  ContactId: "0035f00000LmNoPAAV",
  Street: "1420 West Fulton Market",
  City: "Chicago",
  PostalCode: "60607",
  OwnerId: "0055f000003AbCdAAK",
  CreatedDate: "2027-02-24T09:12:44.000Z",
  LastModifiedDate: "2027-03-01T18:40:02.000Z",
})
  .map(([name, value]) => `     <sf:${name}>${value}</sf:${name}>\n`)
  .join("");

/** Numbers of this process; a message that was sent before would be a duplicate. */
let lastNumber = 0;

/** Writes an outbound message of service appointments as Salesforce does, with ids never used before. */
export function nextMessage(notifications: number): string {
  let text = HEAD;
  for (let count = 0; count < notifications; count += 1) {
    lastNumber += 1;
    text += notification(String(lastNumber).padStart(10, "0"));
  }
  return text + TAIL;
}

function notification(digits: string): string {
  return `   <Notification>
    <Id>04l5f${digits}AAA</Id>
    <sObject xsi:type="sf:ServiceAppointment" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">
     <sf:Id>${canonicalRecordId(`08p5f${digits}`)}</sf:Id>
${FIELDS}    </sObject>
   </Notification>
`;
}
