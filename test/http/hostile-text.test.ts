import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { saveRep } from "../../src/books/rep-book.ts";
import { anOutboundMessage, ORGANIZATION_ID } from "../support/outbound-message.ts";
import { connectRaw } from "../support/raw-http.ts";
import { signedHeaders } from "../support/signed-events.ts";
import { startWholeApp, type WholeApp } from "../support/whole-app.ts";

const PASSWORD = "an-invented-password";
const SECRET = "0123456789abcdef0123456789abcdef-first";
const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
/** What ends lines and headers, moves a terminal's cursor, or ends texts of C. */
const HOSTILE =
  'x\r\nset-cookie: evil=1\r\n\r\n{"level":30,"event":"forged"}\n\u001b[2J\u001b]0;evil\u0007\u0000\u0085\u2028';
const ENCODED = encodeURIComponent(HOSTILE);
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are looked for.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

let app: WholeApp;
beforeAll(async () => {
  app = await startWholeApp(
    [
      {
        name: "acme",
        organizationId: ORGANIZATION_ID,
        webhookSecrets: [SECRET],
        signingSecrets: [SIGNING_SECRET],
      },
    ],
    { ADMIN_PASSWORD: PASSWORD, PUBLIC_URL: "http://bridge.example.com" },
  );
  await saveRep(app.redis, "acme", { userId: "0055f00000AbCdEAAV", name: HOSTILE });
});
afterAll(() => app.stop());

/** A request as it stands on the wire, and the head of its reply. */
async function rawHead(lines: readonly string[], body = ""): Promise<string> {
  const caller = await connectRaw(app.port);
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  const head = [...lines, "Host: 127.0.0.1", "Connection: close", length];
  caller.socket.write([...head, "", body].join("\r\n"), "latin1");
  const reply = await caller.closed();
  return reply.split("\r\n\r\n")[0] ?? "";
}

const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${app.url}${path}`, { method: "POST", body, headers, redirect: "manual" });

function expectNoForgery(head: string): void {
  const [status = "", ...headers] = head.split("\r\n");
  expect(status).toMatch(/^HTTP\/1\.1 \d{3} /);
  for (const header of headers) {
    expect(header).toMatch(/^[\w-]+: ?/);
    expect(header).not.toMatch(CONTROL);
    expect(header).not.toMatch(/^set-cookie: *evil/i);
  }
}

describe("what comes in", () => {
  test("cannot split a header or set a cookie", async () => {
    const paths = [
      `/go/${ENCODED}`,
      `/done/${ENCODED}`,
      `/rep/invite/${ENCODED}`,
      `/rep/sign-in/${ENCODED}`,
      `/rep/sign-in/callback?state=${ENCODED}&error=${ENCODED}`,
      `/rep/manifest.webmanifest?pair=${ENCODED}`,
      `/docs/${ENCODED}.md`,
      `/docs/${ENCODED}`,
      `/admin/appointments/${ENCODED}/${ENCODED}?${ENCODED}`,
      `/webhooks/salesforce/${ENCODED}/${ENCODED}`,
      `/${ENCODED}`,
    ];
    for (const path of paths) {
      expectNoForgery(await rawHead([`GET ${path} HTTP/1.1`]));
    }
    const form = new URLSearchParams({ password: PASSWORD, next: `/admin${HOSTILE}` });
    const head = await rawHead(
      ["POST /admin/login HTTP/1.1", "Content-Type: application/x-www-form-urlencoded"],
      String(form),
    );
    expectNoForgery(head);
    expect(head).toMatch(/^Location: \/admin$/im);
  });

  test("in a header that no header may hold is refused before anybody reads it", async () => {
    for (const evil of ["\u0000", "\u001b[2J", "a\rb"]) {
      const head = await rawHead(["GET /healthz HTTP/1.1", `User-Agent: ${evil}`]);
      expect(head).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  test("cannot forge a line of the log", async () => {
    app.logged.length = 0;
    const hostileXml = HOSTILE.replaceAll(/[^\n -~\u0085\u2028]/g, "");
    const path = `/webhooks/salesforce/acme/${SECRET}`;
    const fields = { Id: hostileXml, Subject: hostileXml };
    const taken = [
      await post(path, anOutboundMessage({ actionId: hostileXml.replaceAll(/[<&]/g, "") })),
      await post(
        path,
        anOutboundMessage({ notifications: [{ id: "04l5f0000000001AAA", fields }] }),
      ),
    ];
    expect(taken.map(({ status }) => status)).toEqual([200, 200]);
    const event = {
      eventId: HOSTILE,
      recordType: "ServiceAppointment",
      recordId: "08p5f000000AbCdAAK",
      occurredAt: new Date().toISOString(),
      appointment: {
        status: "scheduled",
        startAt: "2027-01-01T09:00:00Z",
        endAt: "2027-01-01T10:00:00Z",
        title: HOSTILE,
        crmObjects: [],
        reps: [{ userId: "0055f00000AbCdEAAV", name: HOSTILE }],
      },
    };
    const body = JSON.stringify(event);
    await post("/webhooks/events/acme", body, { ...signedHeaders(SIGNING_SECRET, body) });
    await post(`/webhooks/events/${ENCODED}`, body, { ...signedHeaders(SIGNING_SECRET, body) });
    await fetch(`${app.url}/rep/sign-in/callback?state=${ENCODED}&error=${ENCODED}`);
    expect(app.logged.length).toBeGreaterThan(3);
    for (const line of app.logged) {
      expect(line).toMatch(/^\{.*\}\n$/);
      expect(line.slice(0, -1)).not.toMatch(CONTROL);
      expect(JSON.parse(line)).not.toMatchObject({ event: "forged" });
    }
  });
});

test.each([
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "/admin/../..//evil.example",
  "/adminevil",
  "/admin/%2e%2e//evil.example",
  "javascript:alert(1)",
  "/admin\t//evil.example",
])("a sign-in leads to no other site", async (next) => {
  const body = String(new URLSearchParams({ password: PASSWORD, next }));
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await post("/admin/login", body, headers);
  expect(answer.status).toBe(303);
  const location = answer.headers.get("location") ?? "";
  expect(new URL(location, app.url).origin).toBe(app.url);
  expect(location).toMatch(/^\/admin(?:[/?]|$)/);
});
