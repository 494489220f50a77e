import type { RawReply } from "../http/send-reply.ts";

const HEADERS = { "content-type": "text/xml; charset=utf-8" };
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/**
 * The acknowledgment of a whole outbound message; Salesforce takes nothing else for success.
 *
 * @see https://help.salesforce.com/s/articleView?id=000381752
 */
export const SOAP_ACK: RawReply = {
  status: 200,
  headers: HEADERS,
  body: `${DECLARATION}<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>`,
};

const FAULTS: Readonly<Record<number, string>> = {
  400: fault("Client", "The message cannot be read"),
  401: fault("Client", "The sender is not trusted"),
  403: fault("Client", "The organization is not served here"),
  404: fault("Client", "Nothing is served here"),
  405: fault("Client", "Only POST is served here"),
  408: fault("Client", "The message did not arrive in time"),
  413: fault("Client", "The message is too large"),
  415: fault("Client", "The encoding of the message is not supported"),
  429: fault("Client", "Too many messages with a wrong address"),
  503: fault("Server", "The message was not stored; send it again"),
};
const UNFORESEEN = fault("Server", "The message was not taken; send it again");

/** Builds the SOAP fault for a status: constant text, nothing of the message or the cause. */
export function soapFault(status: number, headers: Readonly<Record<string, string>>): RawReply {
  return { status, headers: { ...headers, ...HEADERS }, body: FAULTS[status] ?? UNFORESEEN };
}

function fault(code: "Client" | "Server", text: string): string {
  return `${DECLARATION}<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><soapenv:Fault><faultcode>soapenv:${code}</faultcode><faultstring>${text}</faultstring></soapenv:Fault></soapenv:Body></soapenv:Envelope>`;
}
