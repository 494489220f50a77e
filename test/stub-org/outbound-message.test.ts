import { createServer } from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import { parseOutboundMessage } from "../../src/intake/parse-outbound-message.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import { stubOrgs } from "./org-under-test.ts";

const start = stubOrgs();
const ACK =
  '<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>';
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) {
    close();
  }
});

/** An endpoint that answers with the given bodies in turn, then with the last. */
async function anEndpoint(...answers: readonly string[]) {
  const bodies: string[] = [];
  const headers: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => {
      body += piece;
    });
    request.on("end", () => {
      const answer = answers[Math.min(bodies.length, answers.length - 1)];
      bodies.push(body);
      headers.push(request.headers);
      response.writeHead(200, { "content-type": "text/xml" }).end(answer);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  closing.push(() => server.close().closeAllConnections());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/soap`, bodies, headers };
}

describe("an outbound message of the stub", () => {
  test("has Salesforce's wire form, byte for byte", async () => {
    const org = await start({ nowMs: () => Date.parse("2026-03-08T09:30:00Z") });
    const endpoint = await anEndpoint(ACK);
    const opportunity = org.store.insert("Opportunity", {
      Name: 'Roof & "gutter" <new>',
      CloseDate: "2026-04-01",
      Amount: 45_000,
    });

    const [message] = await org.sendOutboundMessage(endpoint.url, {
      objectType: "Opportunity",
      recordIds: [idOf(opportunity)],
      fields: ["SystemModstamp", "Name", "Amount", "CloseDate", "IsClosed", "AccountId"],
    });

    expect(message).toMatchObject({
      isAcked: true,
      attempts: [{ status: 200, isAcked: true, failure: undefined }],
    });
    expect(endpoint.headers[0]).toMatchObject({
      "content-type": "text/xml; charset=utf-8",
      soapaction: '""',
    });
    expect(endpoint.bodies[0]).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   <OrganizationId>${org.organizationId}</OrganizationId>
   <ActionId>04k5f0000000001AAA</ActionId>
   <SessionId xsi:nil="true"/>
   <EnterpriseUrl>${org.url}/services/Soap/c/66.0/00D5f000004XyZa</EnterpriseUrl>
   <PartnerUrl>${org.url}/services/Soap/u/66.0/00D5f000004XyZa</PartnerUrl>
   <Notification>
    <Id>${message?.notificationIds[0]}</Id>
    <sObject xsi:type="sf:Opportunity" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">
     <sf:Id>${idOf(opportunity)}</sf:Id>
     <sf:Amount>45000.0</sf:Amount>
     <sf:CloseDate>2026-04-01</sf:CloseDate>
     <sf:IsClosed>false</sf:IsClosed>
     <sf:Name>Roof &amp; &quot;gutter&quot; &lt;new&gt;</sf:Name>
     <sf:SystemModstamp>2026-03-08T09:30:00.000Z</sf:SystemModstamp>
    </sObject>
   </Notification>
  </notifications>
 </soapenv:Body>
</soapenv:Envelope>
`);
  });

  test("is what the bridge's own parser reads, in messages of at most 100", async () => {
    const org = await start({ hiddenFields: { Lead: ["CreatedDate"] } });
    const endpoint = await anEndpoint(ACK);
    const recordIds = Array.from({ length: 150 }, (_, at) =>
      idOf(org.store.insert("Lead", { LastName: `Lead ${at}`, Company: "Example" })),
    );

    const messages = await org.sendOutboundMessage(endpoint.url, { objectType: "Lead", recordIds });
    const parsed = await Promise.all(
      endpoint.bodies.map((body) => parseOutboundMessage(Buffer.from(body))),
    );

    expect(messages.map(({ notificationIds }) => notificationIds.length)).toEqual([100, 50]);
    const notifications = parsed.flatMap((one) => one.notifications);
    expect(notifications.map(({ fields }) => fields.get("Id"))).toEqual(recordIds);
    expect(new Set(notifications.map(({ id }) => id)).size).toBe(150);
    expect([...(notifications[0]?.fields.keys() ?? [])]).toEqual([
      "Id",
      "LastModifiedDate",
      "SystemModstamp",
    ]);
    expect(parsed[0]).toMatchObject({
      organizationId: org.organizationId,
      actionId: parsed[1]?.actionId,
    });
  });

  test("is tried until it is acknowledged, with the same ids and the values of the moment", async () => {
    const org = await start();
    const nack = ACK.replace("true", "false");
    const endpoint = await anEndpoint("<html></html>", "not xml", nack, ACK);
    const lead = idOf(org.store.insert("Lead", { LastName: "Ash", Company: "Before" }));
    const news = {
      objectType: "Lead",
      recordIds: [lead],
      fields: ["Company"],
      retryUntilAcked: { maxAttempts: 10, firstDelayMs: 1 },
    };

    const [message] = await org.sendOutboundMessage(endpoint.url, news);

    expect(message?.attempts.map(({ failure }) => failure)).toEqual([
      "no notificationsResponse with an Ack (HTTP 200)",
      "org.xml.sax.SAXParseException: Content is not allowed in prolog.",
      "SOAP response was a nack",
      undefined,
    ]);
    org.store.update(lead, { Company: "After" });
    const again = message === undefined ? undefined : await org.resendOutboundMessage(message);
    org.store.delete(lead);
    const empty = message === undefined ? undefined : await org.resendOutboundMessage(message);
    const parsed = await Promise.all(
      endpoint.bodies.map((body) => parseOutboundMessage(Buffer.from(body))),
    );
    const shown = parsed.map(({ notifications: [one] }) => [one?.id, one?.fields.get("Company")]);
    const id = message?.notificationIds[0];
    expect([again?.notificationIds, empty?.notificationIds]).toEqual([[id], [id]]);
    expect(shown.slice(3)).toEqual([
      [id, "Before"],
      [id, "After"],
      [id, undefined],
    ]);
  });

  test("that nobody takes says so", async () => {
    const org = await start();

    const [message] = await org.sendOutboundMessage("http://127.0.0.1:1/", {
      objectType: "User",
      recordIds: [org.userId],
    });

    expect(message).toMatchObject({ isAcked: false, attempts: [{ status: undefined }] });
  });
});
