import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { changeStoredConnection } from "../../src/books/connection-book.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import type { StubOrgOptions } from "../../src/local-mode/stub-org/stub-org-options.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { ACME } from "../support/bridge-process.ts";
import { startRedisServer } from "../support/redis-server.ts";
import { anAcme, cliUnderTest, findingsOf, troublesIn } from "./cli-under-test.ts";

const run = cliUnderTest();
const orgs: StubOrg[] = [];
const servers: Server[] = [];
const dirs: string[] = [];

afterEach(async () => {
  await Promise.all(orgs.splice(0).map((org) => org.stop()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  for (const dir of dirs.splice(0)) {
    rmSync(dir, { recursive: true, force: true });
  }
});

async function anOrg(options: StubOrgOptions = {}): Promise<StubOrg> {
  const org = await startStubOrg({ organizationId: ACME.organizationId, ...options });
  orgs.push(org);
  return org;
}

function acmeOf(org: StubOrg, own: Readonly<Record<string, unknown>> = {}): object {
  return anAcme({ salesforce: settingsOf(org), ...own });
}

function settingsOf({ url, app }: StubOrg, own: Readonly<Record<string, unknown>> = {}) {
  const { clientId, clientSecret } = app;
  return {
    instanceUrl: url,
    auth: { kind: "client-credentials", clientId, clientSecret, ...own },
  };
}

const KEYS = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

/** A file as an operator would put it beside the connections. */
function aKeyFile(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), "siro-bridge-key-"));
  dirs.push(dir);
  const file = join(dir, "siro-bridge.key");
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

/** An org that knows the certificate, and a connection that signs in with the key. */
async function aJwtOrg(own: Readonly<Record<string, unknown>> = {}) {
  const org = await anOrg({ app: { publicKey: KEYS.publicKey } });
  const { clientId, username } = org.app;
  const salesforce = {
    instanceUrl: org.url,
    auth: {
      kind: "jwt-bearer",
      clientId,
      username,
      privateKeyFile: aKeyFile(KEYS.privateKey),
      loginUrl: org.url,
      ...own,
    },
  };
  return { org, acme: anAcme({ salesforce }) };
}

/** Stands before the org: passes sign-ins on, and has a clock of its own. */
async function aFrontDoor(org: StubOrg, offMs: number): Promise<string> {
  const server = createServer(async (request, response) => {
    response.setHeader("date", new Date(Date.now() + offMs).toUTCString());
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const { method = "GET", url = "/", headers } = request;
    const answer = await fetch(org.url + url, {
      method,
      headers: { "content-type": headers["content-type"] ?? "text/plain" },
      ...(method === "POST" ? { body: Buffer.concat(chunks) } : {}),
    });
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(await answer.text());
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

function check(...connections: readonly object[]) {
  return run(["connections", "check", "--json"], { connections });
}

describe("siro-bridge connections check", () => {
  test("is content with an org that shows everything", async () => {
    const org = await anOrg();
    const result = await check(acmeOf(org));
    expect(troublesIn(result)).toEqual([]);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(result.stdout)).toMatchObject({ ok: true });
    expect(findingsOf(result).map((finding) => finding.check)).toEqual([
      ...["links", "secrets", "secrets", "instance-url"],
      ...["sign-in", "access", "api-share", "clock"],
    ]);
    expect(findingsOf(result).every(({ connection }) => connection === ACME.name)).toBe(true);
  });

  test("reads no record and changes nothing", async () => {
    const org = await anOrg();
    await check(acmeOf(org));
    const soql = org.calls.entries.flatMap((call) => call.soql);
    expect(soql).toEqual(["SELECT Id FROM Organization LIMIT 1"]);
    expect(org.calls.entries.map(({ kind }) => kind)).not.toContain("update");
  });

  test("also checks a connection that was made in the operators' window", async () => {
    const server = await startRedisServer();
    const redis = openProducerRedis(server.url);
    const secretKey = Buffer.alloc(32, 7);
    await untilReady(redis, 10_000);
    await changeStoredConnection(
      redis,
      { name: "beta", secretKey },
      {
        before: undefined,
        next: {
          settings: { ...anAcme({ name: "beta" }) },
          createdAtMs: 1,
          changedAtMs: 1,
          changedBy: "admin",
          secretDates: {},
        },
      },
    );
    const env = { REDIS_URL: server.url, SECRET_KEY: secretKey.toString("base64") };
    const result = await run(["connections", "check", "beta", "--json"], { env });
    redis.disconnect();
    await server.stop();
    expect(result.code).toBe(0);
    expect(findingsOf(result).map(({ connection }) => connection)).toContain("beta");
  });

  test("prints a table with what to do, and never a secret", async () => {
    const org = await anOrg();
    const wrong = "a-consumer-secret-that-is-wrong";
    const connections = [anAcme({ salesforce: settingsOf(org, { clientSecret: wrong }) })];
    const { code, stdout, stderr } = await run(["connections", "check"], { connections });
    expect(code).toBe(1);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^✓ links {9}acme {2}Links name/);
    expect(stdout).toMatch(
      /\n✗ sign-in {7}acme {2}.*invalid_client \(invalid client credentials\)/,
    );
    expect(stdout).toContain("→ Compare auth.clientId and auth.clientSecret");
    expect(stdout).toMatch(/\n\n1 to mend, 1 to know, \d fine\n$/);
    for (const secret of [wrong, ACME.webhookSecret, ACME.signingSecret, org.app.clientId]) {
      expect(stdout).not.toContain(secret);
    }
  });

  test.each<[string, StubOrgOptions["app"], RegExp]>([
    [
      "no user to run as",
      { hasClientCredentialsUser: false },
      /no client credentials user enabled\) → .*choose the user it runs as/,
    ],
    ["another client id", { clientId: "another" }, /invalid_client_id.* → Compare auth.clientId/],
  ])("says what mends a refused sign-in: %s", async (_what, app, trouble) => {
    const org = await anOrg({ ...(app === undefined ? {} : { app }) });
    const auth = { clientId: "3MVG9.stub.consumer.key" };
    const result = await check(anAcme({ salesforce: settingsOf(org, auth) }));
    expect(result.code).toBe(1);
    expect(troublesIn(result)[0]).toMatch(trouble);
  });

  test("signs in with a key file and a certificate", async () => {
    const { org, acme } = await aJwtOrg();
    const result = await check(acme);
    expect(troublesIn(result)).toEqual([]);
    expect(result.code).toBe(0);
    expect(findingsOf(result, "sign-in")).toMatchObject([{ level: "ok" }]);
    expect(org.calls.count("token")).toBe(1);
  });

  test.each<[string, () => Readonly<Record<string, string>>, RegExp]>([
    [
      "the key is another one than the certificate's",
      () => {
        const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
        const text = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
        return { privateKeyFile: aKeyFile(text) };
      },
      /^fail sign-in: .*invalid_grant \(invalid assertion\)/,
    ],
    [
      "the file is not there",
      () => ({ privateKeyFile: "/nowhere/siro-bridge.key" }),
      /^fail sign-in: .*private key file is unusable: ENOENT/,
    ],
    [
      "the file is the certificate",
      () => ({ privateKeyFile: aKeyFile(KEYS.publicKey) }),
      /^fail sign-in: .*private key file is unusable/,
    ],
    [
      "the user is not approved",
      () => ({ username: "another@acme.example" }),
      /^fail sign-in: .*invalid_grant/,
    ],
  ])("says what is wrong with a key sign-in: %s", async (_what, own, trouble) => {
    const { acme } = await aJwtOrg(own());
    const result = await check(acme);
    expect(result.code).toBe(1);
    expect(troublesIn(result)[0]).toMatch(trouble);
    for (const secret of KEYS.privateKey.split("\n").slice(1, -2)) {
      expect(result.stdout).not.toContain(secret);
    }
  });

  test("sees an org that accepts the sign-in and then no session", async () => {
    const org = await anOrg();
    const fault = org.faults.inject({ kind: "session-expired" }, { times: "forever" });
    const result = await check(acmeOf(org));
    expect(result.code).toBe(1);
    expect(troublesIn(result)).toEqual([
      expect.stringMatching(/^fail sign-in: .*refuses a session.* → .*API Enabled/),
      expect.stringMatching(/^warn access: .*not checked/),
    ]);
    expect(fault.hits).toBe(2);
  });

  test("sees an org that goes away in the middle", async () => {
    const org = await anOrg();
    org.faults.inject({ kind: "reset" }, { times: "forever", path: "/describe" });
    const result = await check(acmeOf(org));
    expect(result.code).toBe(1);
    expect(troublesIn(result)).toEqual([expect.stringMatching(/^fail sign-in: .*not available/)]);
  });

  test("sees an org that is away, while the others are checked", async () => {
    const away = await anOrg();
    const there = await anOrg();
    await away.stop();
    const result = await check(acmeOf(away), acmeOf(there, { name: "other" }));
    expect(result.code).toBe(1);
    expect(findingsOf(result, "sign-in")).toMatchObject([
      { connection: "acme", level: "fail", message: expect.stringContaining("ECONNREFUSED") },
      { connection: "other", level: "ok" },
    ]);
  });

  test("sees that it is another org than the configured one", async () => {
    const org = await anOrg({ organizationId: "00D5f000004OthrEAK" });
    const result = await check(acmeOf(org));
    expect(result.code).toBe(1);
    expect(troublesIn(result)[0]).toMatch(
      /^fail sign-in: Signed in to 00D5f000004Othr.*, but organizationId is 00D5f000004XyZaEAK/,
    );
  });

  test("takes an org without Field Service for one whose visits are Events", async () => {
    const result = await check(acmeOf(await anOrg({ hasFieldService: false })));
    expect(result.code).toBe(0);
    expect(troublesIn(result)).toEqual([
      expect.stringMatching(/^warn access: Field Service is off.*Event still works/),
    ]);
  });

  test.each([
    ["ServiceAppointment", "fail"],
    ["AssignedResource", "fail"],
    ["Event", "fail"],
    ["Lead", "warn"],
  ])("names the right to grant when %s alone is missing", async (type, level) => {
    const result = await check(acmeOf(await anOrg({ missingObjects: [type] })));
    expect(result.code).toBe(level === "fail" ? 1 : 0);
    expect(troublesIn(result)).toContainEqual(
      expect.stringMatching(
        new RegExp(`^${level} access: ${type} cannot be seen: .* → .*Read on ${type} in a perm`),
      ),
    );
  });

  test("a dated source must be there with its date and rep; without its end it is only poorer", async () => {
    const org = await anOrg({
      extraFields: {
        Lead: [
          { name: "Visit__c", type: "datetime" },
          { name: "Until__c", type: "datetime" },
          { name: "Closer__c", type: "reference" },
        ],
      },
      hiddenFields: { Lead: ["Until__c", "Closer__c"] },
    });
    const lead = { startField: "Visit__c", endField: "Until__c", repField: "Closer__c" };
    const result = await check(acmeOf(org, { mapping: { lead } }));
    expect(troublesIn(result)).toEqual([
      expect.stringMatching(/^fail access: Lead.Closer__c .* → Grant Read in the field-level sec/),
      expect.stringMatching(/^warn access: Lead.Until__c cannot be seen/),
    ]);
    const misspelt = await check(acmeOf(org, { mapping: { lead: { startField: "visit__c" } } }));
    expect(troublesIn(misspelt)).toEqual([expect.stringMatching(/→ Write it as Visit__c in/)]);
  });

  test.each([
    ["ServiceAppointment", "SchedStartTime", "fail"],
    ["Event", "StartDateTime", "fail"],
    ["ServiceResource", "RelatedRecordId", "fail"],
    ["ServiceAppointment", "Subject", "warn"],
    ["Event", "WhatId", "warn"],
  ])("names the hidden field %s.%s", async (type, field, level) => {
    const result = await check(acmeOf(await anOrg({ hiddenFields: { [type]: [field] } })));
    expect(result.code).toBe(level === "fail" ? 1 : 0);
    expect(troublesIn(result)).toEqual([
      expect.stringMatching(
        new RegExp(`^${level} access: ${type}.${field} .* → Grant Read in the field-level`),
      ),
    ]);
  });

  test("looks at the first step of a path to an opportunity", async () => {
    const mapping = { workOrder: { opportunityPath: "Project__r.Opportunity__c" } };
    const result = await check(acmeOf(await anOrg(), { mapping }));
    expect(troublesIn(result)).toEqual([
      expect.stringMatching(/^warn access: WorkOrder.Project__r.Opportunity__c cannot be seen/),
    ]);
  });

  test.each([
    [8_000, "ok", 0],
    [9_000, "warn", 0],
    [14_300, "fail", 1],
  ])("judges %i used calls of 15,000", async (used, level, code) => {
    const org = await anOrg();
    org.usage.used = used;
    const result = await check(acmeOf(org));
    expect(result.code).toBe(code);
    expect(findingsOf(result, "api-share")).toMatchObject([{ level }]);
  });

  test("tells used up calls from a refused sign-in", async () => {
    const org = await anOrg();
    org.faults.inject({ kind: "daily-limit" }, { times: "forever" });
    const result = await check(acmeOf(org));
    expect(result.code).toBe(1);
    expect(troublesIn(result)[0]).toMatch(/^fail api-share: .* → .*rolling 24 hours/);
  });

  test.each([
    [-30_000, "warn", /(29|30) s ahead of/],
    [400_000, "fail", /(399|400|401) s behind/],
  ])("compares the clock with the org's Date header: %i ms", async (offMs, level, message) => {
    const org = await anOrg();
    const instanceUrl = await aFrontDoor(org, offMs);
    const result = await check(anAcme({ salesforce: { ...settingsOf(org), instanceUrl } }));
    expect(findingsOf(result, "sign-in")).toMatchObject([{ level: "ok" }]);
    expect(findingsOf(result, "clock")).toMatchObject([
      { level, message: expect.stringMatching(message) },
    ]);
  });

  test("checks the named connection alone; another name is wrong use", async () => {
    const org = await anOrg();
    const connections = [
      acmeOf(org),
      anAcme({ name: "other", integrationConnectionId: undefined }),
    ];
    const named = await run(["connections", "check", "other", "--json"], { connections });
    expect(named.code).toBe(0);
    expect(troublesIn(named)).toEqual([
      expect.stringMatching(/^warn links: integrationConnectionId is not set/),
    ]);
    expect(org.calls.entries).toEqual([]);
    const unknown = await run(["connections", "check", "nobody"], { connections });
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain("there are: acme, other");
  });

  test("does not call the org of local mode while the bridge that holds it is away", async () => {
    const result = await run(["connections", "check", "--json"]);
    expect(result.code).toBe(0);
    expect(troublesIn(result)).toEqual([
      expect.stringMatching(/^warn bridge: No bridge runs/),
      expect.stringMatching(/^warn sign-in: The stub org of local mode/),
    ]);
  });

  test("lists every problem of the configuration", async () => {
    const result = await run(["connections", "check", "--json"], {
      connections: [anAcme({ organizationId: "x", links: { host: "a b" } })],
      env: { LOG_LEVEL: "loud" },
    });
    expect(result.code).toBe(1);
    expect(findingsOf(result).map(({ message }) => message)).toEqual([
      expect.stringMatching(/^LOG_LEVEL/),
      expect.stringMatching(/organizationId/),
      expect.stringMatching(/links\.host/),
    ]);
  });
});
