import { describe, expect } from "@jest/globals";
import fc from "fast-check";
import { crmEventSchema } from "../../src/domain/crm-event.ts";
import { siroEventSchema } from "../../src/domain/siro-event.ts";
import { commonNameOf } from "../../src/intake/common-name.ts";
import { charsetOf } from "../../src/intake/decode-xml.ts";
import { notificationEvent } from "../../src/intake/notification-events.ts";
import { parseJsonEvents } from "../../src/intake/parse-json-events.ts";
import { parseOutboundMessage } from "../../src/intake/parse-outbound-message.ts";
import { parseSiroEvent } from "../../src/intake/parse-siro-event.ts";
import { fuzz } from "./fuzz.ts";
import { goodEvents, wildEvents, wildSiroEvents } from "./wild-events.ts";
import { wildSoap } from "./wild-soap.ts";
import { spoiledText, wildText } from "./wild-text.ts";

const RECEIVED_AT_MS = Date.UTC(2026, 2, 8, 9, 30);
const ARRIVAL = {
  connection: "acme",
  organizationId: "00D5f000004XyZaEAK",
  receivedAtMs: RECEIVED_AT_MS,
};

describe("whatever is sent to the intake", () => {
  fuzz("as an outbound message is read or refused, and what is read can wait in the queue", {
    input: wildSoap,
    handle: async (body) => {
      const { notifications } = await parseOutboundMessage(body);
      for (const notification of notifications) {
        const event = notificationEvent(ARRIVAL, notification);
        const waiting: unknown = JSON.parse(JSON.stringify(event));
        expect(crmEventSchema.parse(waiting)).toMatchObject({ kind: event.kind });
      }
    },
  });

  fuzz("as JSON events is read or refused by path, and what is read can wait in the queue", {
    input: wildEvents,
    handle: (body) => {
      const inputs = parseJsonEvents(body, RECEIVED_AT_MS + 86_400_000);
      expect(inputs.length).toBeGreaterThan(0);
      for (const { occurredAt, ...input } of inputs) {
        const event = {
          kind: "record-changed",
          source: "json",
          ...ARRIVAL,
          ...input,
          occurredAtMs: occurredAt,
        };
        crmEventSchema.parse(JSON.parse(JSON.stringify(event)));
      }
    },
    runs: 200,
    regressions: [Buffer.from('{"events":[null]}')],
  });

  fuzz("as good JSON events is read", {
    input: goodEvents,
    handle: (body) => {
      expect(parseJsonEvents(Buffer.from(JSON.stringify(body))).length).toBeGreaterThan(0);
    },
  });

  fuzz(
    "as a webhook of Siro is read, passed over or refused, and what is read can wait in the queue",
    {
      input: wildSiroEvents,
      handle: (body) => {
        const event = parseSiroEvent(body, {
          connection: "acme",
          messageId: "msg_1",
          receivedAtMs: RECEIVED_AT_MS,
        });
        if (event !== undefined) {
          siroEventSchema.parse(JSON.parse(JSON.stringify(event)));
        }
      },
      runs: 150,
      regressions: [
        Buffer.from(
          `{"eventType":"integrations.recordingLinked","recordingId":"r","crm":{"contacts":[${"0,".repeat(400_000)}0]}}`,
        ),
      ],
    },
  );

  fuzz("in its headers is understood or not", {
    input: fc
      .oneof(
        spoiledText(
          fc.constantFrom(
            "CN=proxy.salesforce.com,O=Salesforce",
            "O=a+CN=b",
            'CN="a,b"',
            "application/json; charset=utf-8",
          ),
        ),
        wildText,
      )
      .map((text) => text.slice(0, 16_000)),
    handle: (text) => {
      expect(["string", "undefined"]).toContain(typeof commonNameOf(text));
      expect(["string", "undefined"]).toContain(typeof charsetOf(text));
    },
    runs: 300,
  });
});
