import { expect } from "@jest/globals";
import { type IntakeServer, soapPath } from "./intake-server.ts";
import { anOutboundMessage } from "./outbound-message.ts";

/** The only body that counts as success. */
export const ACK =
  '<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly contentType: string | null;
}

/** How a request differs from the usual one. */
export interface PostOptions {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/** Posts a message as Salesforce does; a plain valid one by default. */
export async function post(
  server: Pick<IntakeServer, "url">,
  body: string | Buffer = anOutboundMessage(),
  { path = soapPath(), headers = {}, method = "POST" }: PostOptions = {},
): Promise<Answer> {
  const reply = await fetch(server.url + path, {
    method,
    headers: { "content-type": "text/xml; charset=utf-8", soapaction: '""', ...headers },
    redirect: "manual",
    ...(method === "POST" ? { body } : {}),
  });
  const text = await reply.text();
  return { status: reply.status, text, contentType: reply.headers.get("content-type") };
}

/** Expects what every refusal has: a SOAP fault, no ack. */
export function expectFault({ status, text, contentType }: Answer, expectedStatus: number): void {
  expect(status).toBe(expectedStatus);
  expect(contentType).toBe("text/xml; charset=utf-8");
  expect(text).toContain("<soapenv:Fault>");
  expect(text).not.toContain("Ack");
}
