import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { bodyOf, cookieOf } from "../admin/admin-server.ts";
import { ORGANIZATION_ID } from "../support/outbound-message.ts";
import { startWholeApp, type WholeApp } from "../support/whole-app.ts";

const WEBHOOK_SECRET = "0123456789abcdef0123456789abcdef-first";
const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const ENV = {
  ADMIN_PASSWORD: "an-invented-password",
  ADMIN_API_TOKEN: "an-invented-admin-api-token-of-some-length",
  METRICS_TOKEN: "an-invented-metrics-token-of-some-length",
  SECRET_KEY: Buffer.alloc(32, 3).toString("base64"),
};
const BEARER = { authorization: `Bearer ${ENV.ADMIN_API_TOKEN}` };
const REP = { userId: "0055f00000AbCdEAAV", email: "dana@example.com", name: "Dana Reed" };
const REP_PATH = `/admin/api/reps/acme/${REP.userId}`;

let app: WholeApp;
let secrets: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  const proofs = { webhookSecrets: [WEBHOOK_SECRET], signingSecrets: [SIGNING_SECRET] };
  const acme = { name: "acme", organizationId: ORGANIZATION_ID, ...proofs };
  app = await startWholeApp([acme], { ...ENV, PUBLIC_URL: "http://bridge.example.com" });
  secrets = await liveALittle();
});
afterAll(() => app.stop());

async function post(path: string, body: unknown, headers: Record<string, string> = BEARER) {
  const answer = await fetch(`${app.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  if (!answer.ok) {
    throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
  }
  return answer;
}

/** Everything that a key holds, and its name, as text. */
async function textOf(redis: Redis, key: string): Promise<string> {
  const kind = await redis.type(key);
  const held = {
    string: () => redis.get(key),
    hash: () => redis.hgetall(key),
    list: () => redis.lrange(key, 0, -1),
    set: () => redis.smembers(key),
    zset: () => redis.zrange(key, "0", "-1"),
    stream: () => redis.xrange(key, "-", "+"),
  }[kind];
  // Texts of JSON inside JSON: without the escapes a secret stands there as it is.
  return `${key} ${JSON.stringify(await held?.())}`.replaceAll("\\", "");
}

function cookieText(cookie: string): string {
  return decodeURIComponent(cookie.slice(cookie.indexOf("=") + 1));
}

/** Lives in the bridge for a while; every secret that came up on the way, by its name. */
async function liveALittle(): Promise<Readonly<Record<string, string>>> {
  await post("/admin/api/reps/acme", REP);
  const password = "an invented passphrase of a person";
  await post("/admin/api/people", { name: "olga", role: "operator", password });
  const login = await post("/admin/login", { user: "olga", password }, {});
  const pull = await bodyOf(await post(`${REP_PATH}/devices`, { channel: "pull" }));
  const address = {
    url: "https://hooks.example.com/an-invented-place",
    secret: `whsec_${Buffer.alloc(24, 5).toString("base64")}`,
  };
  await post(`${REP_PATH}/devices`, { channel: "webhook", address });
  const invites = await Promise.all(
    [1, 2].map(async () => bodyOf(await post(`${REP_PATH}/invites`, {}))),
  );
  const [open = "", used = ""] = invites.map(({ url }) => String(url).split("/").at(-1));
  const admitted = await post(`/rep/api/invites/${used}`, {}, {});
  const repCookie = cookieOf(admitted);
  const pairing = await bodyOf(await post("/rep/api/pairing-codes", {}, { cookie: repCookie }));
  const clientSecret = "an-invented-client-secret";
  const apiToken = "an-invented-token-of-siro";
  const { shownOnce } = await bodyOf(
    await post("/admin/api/connections", {
      settings: {
        name: "beta",
        organizationId: "00D5f000004XyZbEAK",
        salesforce: {
          instanceUrl: "https://beta.my.salesforce.com",
          auth: { kind: "client-credentials", clientId: "an-invented-client", clientSecret },
        },
        siro: { apiToken },
      },
    }),
  );
  const unreadable = "an-invented-text-that-is-no-message";
  await fetch(`${app.url}/webhooks/salesforce/acme/${WEBHOOK_SECRET}`, {
    method: "POST",
    body: `<${unreadable}`,
  });
  return {
    ...{ password, clientSecret, apiToken, unreadable, ...ENV },
    ...{ WEBHOOK_SECRET, SIGNING_SECRET, madeWebhook: String(shownOnce.webhookSecrets) },
    madeSigning: String(shownOnce.signingSecrets),
    operatorCookie: cookieText(cookieOf(login)),
    repCookie: cookieText(repCookie),
    pullToken: pull.token,
    deviceUrl: address.url,
    deviceSecret: address.secret,
    openInvite: open,
    usedInvite: used,
    pairingCode: pairing.code,
  };
}

test("no live secret stands in the store in clear", async () => {
  for (const [name, secret] of Object.entries(secrets)) {
    expect([name, secret.length >= 8]).toEqual([name, true]);
  }
  const keys = await app.redis.keys("*");
  const all = (await Promise.all(keys.map((key) => textOf(app.redis, key)))).join("\n");
  // What is no secret is there, and is found this way.
  expect(keys.length).toBeGreaterThan(15);
  expect(all).toContain(REP.email);
  const inClear = Object.entries(secrets).filter(([, secret]) =>
    [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")].some((form) =>
      all.includes(form),
    ),
  );
  expect(inClear.map(([name]) => name)).toEqual([]);
});
