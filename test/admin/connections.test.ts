import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { readStoredConnections } from "../../src/books/connection-book.ts";
import { connectionSchema } from "../../src/domain/connection.ts";
import { SECRET_PATHS } from "../../src/domain/connection-secrets.ts";
import { keyspace } from "../../src/keyspace.ts";
import {
  type AdminServer,
  type AdminStore,
  bodyOf,
  SECRET_KEY,
  startAdmin,
  startStore,
} from "./admin-server.ts";

const CLIENT_SECRET = "an-invented-client-secret";
const SIRO_TOKEN = "an-invented-siro-token";

const BETA = {
  name: "beta",
  organizationId: "00D5f000004XyZb",
  salesforce: {
    instanceUrl: "https://beta.my.salesforce.com",
    auth: { kind: "client-credentials", clientId: "3MVG9", clientSecret: CLIENT_SECRET },
  },
  siro: { apiToken: SIRO_TOKEN },
};

let store: AdminStore;
let admin: AdminServer;
/** Everything the API answered in this file. */
let said = "";

beforeAll(async () => {
  store = await startStore();
  admin = await startAdmin(store);
}, 30_000);

afterAll(async () => {
  await admin?.stop();
  await store?.stop();
});

async function call(path: string, body?: object, method = body === undefined ? "GET" : "POST") {
  const answer = await admin.api(path, { method, ...(body === undefined ? {} : { body }) });
  const text = await answer.text();
  said += text;
  return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
}

async function storedSettings(name: string) {
  const { entries } = await readStoredConnections(store.redis, SECRET_KEY);
  return connectionSchema.parse(entries.find((one) => one.name === name)?.stored?.settings);
}

describe("connections made in the page", () => {
  test("what is wrong is listed field by field, as for the file", async () => {
    const refused = await call("/connections", {
      settings: {
        name: "No Slug",
        organizationId: "abc",
        schedule: { startLeadSeconds: -1, ladder: [] },
        allowSourceIps: [],
        salesforce: { instanceUrl: "http://10.0.0.8", auth: { kind: "client-credentials" } },
        links: { host: "$env:HOST" },
      },
    });
    expect(refused.status).toBe(400);
    const { code, issues } = refused.body.error;
    expect(code).toBe("INPUT_INVALID");
    expect(issues.map(({ path }: { path: string }) => path)).toEqual(
      expect.arrayContaining([
        "name",
        "organizationId",
        "schedule.startLeadSeconds",
        "salesforce.instanceUrl",
        "salesforce.auth.clientId",
        "salesforce.auth.clientSecret",
        "links.host",
      ]),
    );
    const bare = { ...BETA, salesforce: { ...BETA.salesforce, instanceUrl: "http://localhost:1" } };
    const local = await call("/connections", { settings: { ...bare, allowSourceIps: ["x"] } });
    expect(local.body.error.issues).toEqual([
      { path: "allowSourceIps.0", message: "must be an IP address or a CIDR range" },
      { path: "salesforce.instanceUrl", message: expect.stringContaining("OUTBOUND_ALLOW") },
    ]);
    expect((await call("/connections")).body.items).toHaveLength(1);
  });

  test.each([
    "HTTPS://169.254.169.254",
    " https://127.0.0.1",
    "ht\ntps://127.0.0.1",
    "https://[::1]",
    "https://localhost.",
    "https://any.localhost",
    "https://metadata.google.internal",
    "https://redis",
  ])("an address inside is refused however it is spelt: %j", async (instanceUrl) => {
    const settings = { ...BETA, salesforce: { ...BETA.salesforce, instanceUrl } };
    expect((await call("/connections", { settings })).body.error?.issues).toEqual([
      { path: "salesforce.instanceUrl", message: expect.stringContaining("OUTBOUND_ALLOW") },
    ]);
  });

  test("settings nested thousands deep are refused like any other that nobody knows", async () => {
    const body = `{"settings":{"name":"deep","x":${"[".repeat(20_000)}${"]".repeat(20_000)}}}`;
    const answer = await admin.api("/connections", { method: "POST", body });
    expect([answer.status, (await bodyOf(answer)).error.code]).toEqual([400, "INPUT_INVALID"]);
  });

  test("a password in an address is refused: the address is shown to everybody", async () => {
    const instanceUrl = "https://user:word@beta.my.salesforce.com";
    const settings = { ...BETA, salesforce: { ...BETA.salesforce, instanceUrl } };
    expect((await call("/connections", { settings })).body.error?.issues).toEqual([
      { path: "salesforce.instanceUrl", message: expect.stringContaining("password") },
    ]);
  });

  test.each([
    "1.2",
    "010.0.0.1",
    "fe80::1%eth0",
    "10.0.0.0/99",
  ])("a range that the doors could not read is refused, for it would keep the bridge from starting: %s", async (range) => {
    const settings = { ...BETA, allowSourceIps: ["203.0.113.0/24", "2001:db8::/32", range] };
    expect((await call("/connections", { settings })).body.error?.issues).toEqual([
      { path: "allowSourceIps.2", message: "must be an IP address or a CIDR range" },
    ]);
  });

  test("the bridge makes the senders' secrets and shows them once; everything is sealed in the store", async () => {
    const made = await call("/connections", { settings: BETA });
    expect(made.status).toBe(201);
    const { webhookSecrets, signingSecrets } = made.body.shownOnce;
    said = said.replaceAll(webhookSecrets, "").replaceAll(signingSecrets, "");
    expect(await storedSettings("beta")).toMatchObject({
      webhookSecrets: [webhookSecrets],
      signingSecrets: [signingSecrets],
    });
    expect(made.body.connection).toMatchObject({
      name: "beta",
      source: "page",
      hasSalesforce: true,
      problem: null,
      settings: { salesforce: { auth: { clientId: "3MVG9" } }, siro: {} },
    });
    const sealed = JSON.stringify(await store.redis.hgetall(keyspace.storedConnections()));
    for (const secret of [webhookSecrets, signingSecrets, CLIENT_SECRET, SIRO_TOKEN, "3MVG9"]) {
      expect(sealed).not.toContain(secret);
    }
    expect((await call("/connections", { settings: BETA })).body.error.code).toBe(
      "CONNECTION_EXISTS",
    );
  });

  test("a secret that is left out stays, and is asked for again when its address changes", async () => {
    const { revision, settings } = (await call("/connections/beta")).body;
    const changed = { ...settings, schedule: { startLeadSeconds: 300 } };
    const saved = await call("/connections/beta", { settings: changed, revision });
    expect(saved.status).toBe(200);
    expect(await storedSettings("beta")).toMatchObject({
      schedule: { startLeadSeconds: 300 },
      salesforce: { auth: { clientSecret: CLIENT_SECRET } },
      siro: { apiToken: SIRO_TOKEN },
    });
    const stale = await call("/connections/beta", { settings, revision });
    expect(stale.body.error.code).toBe("CONNECTION_CHANGED");

    const now = saved.body.connection.revision;
    const moved = {
      ...changed,
      salesforce: { ...changed.salesforce, instanceUrl: "https://elsewhere.example.com" },
    };
    const asked = await call("/connections/beta", { settings: moved, revision: now });
    expect(asked.body.error.issues).toEqual([
      { path: "salesforce.auth.clientSecret", message: expect.stringContaining("enter it again") },
    ]);
    const renamed = await call("/connections/beta", {
      settings: { ...changed, name: "gamma" },
      revision: now,
    });
    expect(renamed.body.error.issues[0].path).toBe("name");
  });

  test("a rotation keeps both secrets valid until the old one is retired, and touches no other connection", async () => {
    await call("/connections", { settings: { ...BETA, name: "other" } });
    const untouched = await storedSettings("other");
    const before = await storedSettings("beta");
    const retired = await call("/connections/beta/secrets/retire", { kind: "signingSecrets" });
    expect(retired.body.error.code).toBe("ROTATION_NOT_POSSIBLE");
    const rotated = await call("/connections/beta/secrets/rotate", { kind: "signingSecrets" });
    const fresh = rotated.body.shownOnce.signingSecrets;
    said = said.replaceAll(fresh, "");
    expect((await storedSettings("beta")).signingSecrets).toEqual([
      ...before.signingSecrets,
      fresh,
    ]);
    const shown = rotated.body.connection.secrets.find(
      ({ path }: { path: string }) => path === "signingSecrets",
    );
    expect(shown).toEqual({ path: "signingSecrets", count: 2, changedAt: expect.any(String) });
    const again = await call("/connections/beta/secrets/rotate", { kind: "signingSecrets" });
    expect(again.body.error.code).toBe("ROTATION_NOT_POSSIBLE");
    await call("/connections/beta/secrets/retire", { kind: "signingSecrets" });
    expect((await storedSettings("beta")).signingSecrets).toEqual([fresh]);
    expect(await storedSettings("other")).toEqual(untouched);
  });

  test("a connection of the file wins over a stored one and is changed in the file alone", async () => {
    const file = await call("/connections/acme");
    expect(file.body).toMatchObject({ source: "file", hidesStored: false, revision: null });
    expect(file.body.addresses.outboundMessages).toBe(
      "http://bridge.example.com/webhooks/salesforce/acme/<webhook secret>",
    );
    for (const path of ["", "/secrets/rotate", "/secrets/retire"]) {
      const body =
        path === "" ? { settings: { name: "acme" }, revision: "" } : { kind: "webhookSecrets" };
      const refused = await call(`/connections/acme${path}`, body);
      expect(refused.body.error.code).toBe("CONNECTION_IN_FILE");
    }
    const deleted = await call("/connections/acme", { name: "acme" }, "DELETE");
    expect(deleted.body.error.code).toBe("CONNECTION_IN_FILE");

    const { fileConnections } = {
      fileConnections: new Map([["beta", await storedSettings("beta")]]),
    };
    const withFile = await startAdmin(store, { connections: fileConnections });
    const { items } = await bodyOf(await withFile.api("/connections"));
    expect(
      items.map(({ name, source, hidesStored }: Record<string, unknown>) => [
        name,
        source,
        hidesStored,
      ]),
    ).toEqual([
      ["beta", "file", true],
      ["other", "page", false],
    ]);
    await withFile.stop();
  });

  test("one that was sealed with another key harms nobody and can be deleted", async () => {
    const { sealed } = (await readStoredConnections(store.redis, SECRET_KEY)).entries.find(
      ({ name }) => name === "other",
    ) ?? { sealed: "" };
    await store.redis.hset(keyspace.storedConnections(), "other", `AAAA${sealed.slice(4)}`);
    const { items } = (await call("/connections")).body;
    expect(items.find(({ name }: { name: string }) => name === "other").problem).toContain(
      "SECRET_KEY",
    );
    const edited = await call("/connections/other", { settings: {}, revision: "x" });
    expect(edited.body.error.code).toBe("CONNECTION_UNUSABLE");
    const unsure = await call("/connections/other", { name: "beta" }, "DELETE");
    expect(unsure.body.error.issues[0].path).toBe("name");
    expect((await call("/connections/other", { name: "other" }, "DELETE")).status).toBe(204);
    expect((await call("/connections/other")).status).toBe(404);
  });

  test("no answer and no audit entry holds a secret", async () => {
    const audit = await call("/audit");
    expect(JSON.stringify(audit.body)).toContain("Made the connection");
    const { webhookSecrets, signingSecrets } = await storedSettings("beta");
    for (const secret of [...webhookSecrets, ...signingSecrets, CLIENT_SECRET, SIRO_TOKEN]) {
      expect(said).not.toContain(secret);
    }
  });

  test("every setting that sounds like a secret is one", () => {
    const named = keysOf(
      z.toJSONSchema(connectionSchema, { unrepresentable: "any", io: "input" }),
      [],
    );
    const secret = named.filter((path) => /(secret|token|password)s?$/i.test(path));
    expect(secret.length).toBeGreaterThan(5);
    expect(secret.filter((path) => !SECRET_PATHS.includes(path))).toEqual([]);
  });
});

/** The dotted paths of every property of a JSON schema. */
// biome-ignore lint/suspicious/noExplicitAny: a JSON schema is walked as it is
function keysOf(schema: any, path: readonly string[]): readonly string[] {
  const inside = [
    schema,
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.allOf ?? []),
  ];
  return inside.flatMap(({ properties = {} }) =>
    Object.entries(properties).flatMap(([key, one]) => [
      [...path, key].join("."),
      ...keysOf(one, [...path, key]),
    ]),
  );
}
