import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import fc from "fast-check";
import { ackToken, readAckToken } from "../../src/ack-token.ts";
import { readRows } from "../../src/admin/bulk-invites/read-rows.ts";
import { readCursor } from "../../src/admin/read-page.ts";
import { newRepSchema } from "../../src/admin/rep-routes.ts";
import { retryDelayMs } from "../../src/deliveries/retry-delay.ts";
import { pushSubscriptionSchema } from "../../src/devices/channels/push-subscription.ts";
import { connectionsFileSchema } from "../../src/domain/connection.ts";
import { deviceChangeSchema } from "../../src/domain/device-change.ts";
import { enrolmentSchema } from "../../src/domain/enrolment.ts";
import { repEnrolmentSchema } from "../../src/domain/rep-enrolment.ts";
import { bearerToken } from "../../src/http/bearer-token.ts";
import { createClientAddress } from "../../src/http/client-address.ts";
import { parseInput } from "../../src/http/parse-input.ts";
import { createAddressGuard } from "../../src/outbound/address-guard.ts";
import { createPoster } from "../../src/outbound/post-json.ts";
import { readRepCookie } from "../../src/rep-page/rep-cookie.ts";
import { isFromSameBrowser } from "../../src/rep-page/sign-in-cookie.ts";
import { fuzz } from "./fuzz.ts";
import { type LyingServer, startLyingServer } from "./lying-server.ts";
import { bentJson, readJsonText } from "./wild-json.ts";
import { MAPPING } from "./wild-records.ts";
import { spoiledText, wildText } from "./wild-text.ts";

const KEY = Buffer.alloc(32, 9);
/** Longer headers are refused by the server itself. */
const LONGEST_HEADER = 16_000;

const connection = {
  name: "acme",
  organizationId: "00D5f000004XyZaEAK",
  webhookSecrets: ["an-invented-webhook-secret-of-40-letters!"],
  signingSecrets: ["whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="],
  salesforce: {
    instanceUrl: "https://acme.my.salesforce.com",
    auth: { kind: "client-credentials", clientId: "app", clientSecret: "invented" },
  },
  links: { returnTo: "https://example.com/{recordId}" },
  schedule: { ladder: [{ afterSeconds: 0, to: "primary" }] },
  mapping: MAPPING,
  allowSourceIps: ["192.0.2.0/24", "2001:db8::/32"],
  writeBack: { startLinkField: "Siro_Prompt__c" },
};
const subscription = {
  endpoint: "https://fcm.googleapis.com/fcm/send/abc",
  keys: { p256dh: `B${"A".repeat(86)}`, auth: "AAAAAAAAAAAAAAAAAAAAAA" },
};

describe("whatever is set or sent", () => {
  fuzz("as connections is taken or refused with paths", {
    input: bentJson(fc.constant({ connections: [connection, { ...connection, name: "other" }] })),
    handle: (text) => {
      const read = connectionsFileSchema.safeParse(readJsonText(text));
      expect(read.success || read.error.issues.length > 0).toBe(true);
    },
    // The operator's own file, read at start.
    mayTakeMs: 5_000,
    runs: 150,
  });

  fuzz("by reps and operators is taken or refused with paths", {
    input: fc.record({
      schema: fc.constantFrom(
        repEnrolmentSchema,
        enrolmentSchema,
        deviceChangeSchema,
        newRepSchema,
        pushSubscriptionSchema(["push.example"]),
      ),
      text: bentJson(
        fc.constantFrom<unknown>(
          { channel: "web-push", address: subscription, label: "My phone", platform: "ios" },
          { label: "x", isPrimary: true },
          {
            userId: "0055f0000000001AAA",
            email: "rita@example.com",
            name: "Rita",
            timeZone: "America/Denver",
            team: "",
          },
          subscription,
        ),
      ),
    }),
    handle: ({ schema, text }) => parseInput<typeof schema>(schema, readJsonText(text)),
    runs: 250,
  });

  fuzz("as a list of reps is read or refused", {
    input: spoiledText(
      fc.constantFrom(
        "userId,email,name\n0055f0000000001AAA,rita@example.com,Rita\n",
        'User Id;E-Mail;Name;Team\r\n0055f0000000001AAA;rita@example.com;"Rita ""R"" Reed";x\r\n',
      ),
    ),
    handle: (csv) => {
      for (const { line, cells } of readRows(csv)) {
        expect(line).toBeGreaterThan(0);
        newRepSchema.safeParse(cells);
      }
    },
    regressions: [`userId,email,name\n${"x\n".repeat(130_000)}`],
    runs: 250,
  });

  fuzz("as a cursor leads somewhere or is refused", {
    input: fc.oneof(
      bentJson(fc.constant({ acme: { atMs: 1, member: "x" } })).map((text) =>
        Buffer.from(text).toString("base64url"),
      ),
      wildText,
    ),
    handle: (cursor) => {
      for (const { atMs } of Object.values(readCursor(cursor))) {
        expect(Number.isFinite(atMs)).toBe(true);
      }
    },
    runs: 150,
  });

  fuzz("as an acknowledgment counts only when we made it", {
    input: fc.tuple(
      fc.record({ promptToken: fc.stringMatching(/^[\w-]{22}$/), deviceId: fc.uuid() }),
      wildText,
      fc.nat(100),
    ),
    handle: ([target, other, at]) => {
      const token = ackToken(target, KEY);
      expect(readAckToken(token, KEY)).toEqual(target);
      // Base64 has more than one spelling of the last bits: whatever is read, it is what we signed.
      expect([undefined, target]).toContainEqual(
        readAckToken(token.slice(0, at) + other + token.slice(at + other.length), KEY),
      );
    },
    runs: 200,
  });

  fuzz("in headers is understood or not", {
    input: fc
      .oneof(
        wildText,
        spoiledText(
          fc.constantFrom(
            "siro_bridge_rep=abc; siro_bridge_sign_in=def",
            "Bearer abc",
            "192.0.2.1, [2001:db8::1]:4711, 127.0.0.1",
          ),
        ),
      )
      .map((text) => text.slice(0, LONGEST_HEADER)),
    handle: (text) => {
      const request = new IncomingMessage(new Socket());
      Object.assign(request.headers, {
        cookie: text,
        authorization: text,
        "x-forwarded-for": text,
      });
      expect(["string", "undefined"]).toContain(typeof readRepCookie(request));
      expect(["string", "undefined"]).toContain(typeof bearerToken(request));
      expect(isFromSameBrowser(request, "a-state-that-nobody-guesses")).toBe(false);
      const peer = { headers: request.headers, socket: { remoteAddress: "127.0.0.1" } };
      expect(["string", "undefined"]).toContain(typeof createClientAddress(["127.0.0.1"]).of(peer));
    },
    runs: 250,
  });
});

let server: LyingServer;
beforeAll(async () => {
  server = await startLyingServer();
});
afterAll(() => server.stop());

describe("whatever a device's provider answers", () => {
  fuzz("the next attempt has a moment that can be written down", {
    input: fc.record({
      status: fc.constantFrom(200, 404, 429, 500, 503),
      body: fc.constant(Buffer.from("x")),
      headers: fc.constant({}),
      retryAfter: fc.oneof(
        fc.constantFrom(
          "1",
          "9".repeat(20),
          "9".repeat(400),
          "-1",
          "1e9",
          "Fri, 31 Dec 9999 23:59:59 GMT",
        ),
        wildText,
      ),
    }),
    handle: async (lie) => {
      server.lie(lie);
      const poster = createPoster(createAddressGuard(["127.0.0.1"]));
      const answer = await poster.post({ url: server.url, headers: {}, body: "{}" });
      await poster.close();
      const waitMs = answer.kind === "answered" ? answer.retryAfterMs : undefined;
      new Date(Date.now() + retryDelayMs(1, waitMs, 0)).toISOString();
    },
    runs: 60,
  });
});
