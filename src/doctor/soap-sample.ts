import { sampleId } from "./sample-ids.ts";

/** As many notifications as Salesforce puts into one outbound message. */
export const PER_MESSAGE = 100;

/** What a sample message says. */
export interface SoapSample {
  readonly organizationId: string;
  /** Five letters or digits that tell this sample from others. */
  readonly nonce: string;
  /** How many notifications, at most 100. */
  readonly count: number;
  /** The number of the first one. */
  readonly from?: number;
}

/**
 * Writes an outbound message as Salesforce does, about Events that do not exist.
 *
 * The ids are made up; the same nonce and numbers give the same notification ids, which a receiver knows as resent.
 */
export function soapSample({ organizationId, nonce, count, from = 0 }: SoapSample): string {
  const numbers = Array.from({ length: count }, (_, at) => from + at);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
    " <soapenv:Body>",
    '  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">',
    `   <OrganizationId>${organizationId}</OrganizationId>`,
    `   <ActionId>${sampleId("04k", nonce, 0)}</ActionId>`,
    '   <SessionId xsi:nil="true"/>',
    ...numbers.flatMap((number) => [
      "   <Notification>",
      `    <Id>${sampleId("04l", nonce, number)}</Id>`,
      '    <sObject xsi:type="sf:Event" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">',
      `     <sf:Id>${sampleId("00U", nonce, number)}</sf:Id>`,
      "    </sObject>",
      "   </Notification>",
    ]),
    "  </notifications>",
    " </soapenv:Body>",
    "</soapenv:Envelope>",
    "",
  ].join("\n");
}
