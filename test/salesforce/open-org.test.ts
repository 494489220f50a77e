import { createPublicKey, createVerify, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { type Connection, connectionSchema } from "../../src/domain/connection.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { type OrgDeps, openOrg } from "../../src/salesforce/open-org.ts";
import type { Org } from "../../src/salesforce/org.ts";
import {
  ApiLimitError,
  OrgAccessError,
  OrgUnavailableError,
  QueryRefusedError,
} from "../../src/salesforce/org-errors.ts";
import { startAcmeOrg } from "./acme-org.ts";
import {
  type OrgScript,
  rowsFor,
  type ScriptedAnswer,
  type ScriptedOrg,
  SESSION_REFUSED,
  startScriptedOrg,
} from "./scripted-org.ts";

const SECRET = "not-for-any-log";
const QUERY = { soql: "SELECT Id FROM Lead" };
const NOW_MS = Date.parse("2026-11-23T09:00:00Z");

const started: ScriptedOrg[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((org) => org.stop()));
});

describe("signing in", () => {
  test("happens on first use, once, with client credentials, and never before", async () => {
    const { stub, org } = await anOrg({ call: (call) => rowsFor(call) });
    expect(stub.forms).toHaveLength(0);
    await Promise.all([org.composite([QUERY]), org.composite([QUERY]), org.composite([QUERY])]);
    expect(stub.forms.map((form) => Object.fromEntries(form))).toEqual([
      { grant_type: "client_credentials", client_id: "app", client_secret: SECRET },
    ]);
    expect(stub.calls.map(({ token }) => token)).toEqual(["token-1", "token-1", "token-1"]);
  });

  test("signs a JWT bearer assertion that lives three minutes at most, by the better clock", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const stub = await aStub({ call: (call) => rowsFor(call) });
    const org = openOrg(jwtConnection(stub.url), {
      nowMs: () => NOW_MS + 3_600_000,
      assertionNowMs: async () => NOW_MS,
      readKeyFile: async () => privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    });
    await org.composite([QUERY]);
    const form = stub.forms[0] ?? new URLSearchParams();
    expect([...form.keys()].sort()).toEqual(["assertion", "grant_type"]);
    const [header = "", claims = "", signature = ""] = (form.get("assertion") ?? "").split(".");
    expect(decoded(header)).toEqual({ alg: "RS256", typ: "JWT" });
    expect(decoded(claims)).toEqual({
      iss: "app",
      sub: "bridge@acme.example",
      aud: stub.url,
      exp: NOW_MS / 1000 + 180,
    });
    const verifier = createVerify("RSA-SHA256").update(`${header}.${claims}`);
    const key = createPublicKey(publicKey.export({ type: "spki", format: "pem" }).toString());
    expect(verifier.verify(key, signature, "base64url")).toBe(true);
  });

  test.each([
    ["a key file that is missing", () => Promise.reject(noSuchFile())],
    ["a key file that holds no key", () => Promise.resolve(`-----BEGIN X-----\n${SECRET}`)],
  ])("refuses %s for good, without naming its content", async (_, readKeyFile) => {
    const stub = await aStub({ call: (call) => rowsFor(call) });
    const org = openOrg(jwtConnection(stub.url), { readKeyFile });
    const error = await failureOf(org.composite([QUERY]));
    expect(error).toBeInstanceOf(OrgAccessError);
    expect(textOf(error)).not.toContain(SECRET);
    expect(stub.forms).toHaveLength(0);
  });

  test("reads a key file of a sensible size, and nothing that has no end", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const dir = await mkdtemp(join(tmpdir(), "keys-"));
    const stub = await aStub({ call: (call) => rowsFor(call) });
    const useKey = async (text: string) => {
      const privateKeyFile = join(dir, "key.pem");
      await writeFile(privateKeyFile, text);
      return openOrg(jwtConnection(stub.url, { privateKeyFile })).composite([QUERY]);
    };
    await useKey(pem);
    expect(await failureOf(useKey(pem + "\n".repeat(100_000)))).toBeInstanceOf(OrgAccessError);
    expect(stub.forms).toHaveLength(1);
    const device = openOrg(jwtConnection(stub.url, { privateKeyFile: "/dev/null" }));
    expect(await failureOf(device.composite([QUERY]))).toBeInstanceOf(OrgAccessError);
    await rm(dir, { recursive: true });
  });

  test("takes a refused secret for an answer, and does not hammer the login with it", async () => {
    let nowMs = NOW_MS;
    const { stub, org } = await anOrg(
      {
        token: () => oauthFailure("invalid_client", "invalid client credentials"),
        call: (call) => rowsFor(call),
      },
      { nowMs: () => nowMs },
    );
    const errors = [
      await failureOf(org.composite([QUERY])),
      await failureOf(org.composite([QUERY])),
    ];
    expect(errors).toEqual([expect.any(OrgAccessError), expect.any(OrgAccessError)]);
    expect(textOf(errors[0])).toContain("invalid_client (invalid client credentials)");
    expect(textOf(errors[0])).not.toContain(SECRET);
    expect(stub.forms).toHaveLength(1);
    nowMs += 31_000;
    await failureOf(org.composite([QUERY]));
    expect(stub.forms).toHaveLength(2);
  });

  test("repeats no description that could name a person", async () => {
    const { org } = await anOrg({
      token: () => oauthFailure("invalid_grant", "no user jane@acme.example"),
      call: (call) => rowsFor(call),
    });
    expect(textOf(await failureOf(org.composite([QUERY])))).not.toContain("jane");
  });

  test.each([
    ["a login that is down", { status: 503, text: "<html>maintenance</html>" }],
    ["a login that is rate limited", oauthFailure("invalid_grant", "login rate exceeded")],
    ["a login that answers with a page", { text: "<html>hello</html>" }],
    ["a token without an instance", { json: { access_token: "x" } }],
    [
      "a token for an instance without encryption",
      { json: { access_token: "x", instance_url: "http://acme.example.com" } },
    ],
    ["a login that resets", { fault: "reset" } as const],
  ])("tries again later after %s", async (_, token: ScriptedAnswer) => {
    const { org } = await anOrg({ token: () => token, call: (call) => rowsFor(call) });
    expect(await failureOf(org.composite([QUERY]))).toMatchObject({
      code: "ORG_UNAVAILABLE",
      retry: "later",
    });
  });
});

describe("a session that is refused", () => {
  test("is renewed once for twenty calls at the same time", async () => {
    let accepted = "token-1";
    const { stub, org } = await anOrg({
      call: (call) => (call.token === accepted ? rowsFor(call) : SESSION_REFUSED),
    });
    await org.composite([QUERY]);
    accepted = "token-2";
    const answers = await Promise.all(Array.from({ length: 20 }, () => org.composite([QUERY])));
    expect(answers).toHaveLength(20);
    expect(stub.forms).toHaveLength(2);
  });

  test("is not renewed without end: two sign-ins a minute, then later", async () => {
    let nowMs = NOW_MS;
    const { stub, org } = await anOrg({ call: () => SESSION_REFUSED }, { nowMs: () => nowMs });
    const errors = await Promise.all(
      Array.from({ length: 10 }, () => failureOf(org.composite([QUERY]))),
    );
    for (let nth = 0; nth < 10; nth += 1) {
      nowMs += 1000;
      errors.push(await failureOf(org.composite([QUERY])));
    }
    expect(errors).toHaveLength(20);
    expect(errors.every((error) => error instanceof OrgUnavailableError)).toBe(true);
    expect(stub.forms).toHaveLength(3);
    expect(errors.at(-1)).toMatchObject({ retryAfterMs: expect.any(Number) });
    nowMs += 60_000;
    await failureOf(org.composite([QUERY]));
    expect(stub.forms).toHaveLength(4);
  });

  test.each([
    "This session is not valid for use with the REST API",
    "Connected app is not attached to Agent",
  ])("is a matter of rights when the org says: %s", async (message) => {
    const { stub, org } = await anOrg({
      call: () => ({ status: 401, json: [{ message, errorCode: "INVALID_SESSION_ID" }] }),
    });
    expect(await failureOf(org.composite([QUERY]))).toBeInstanceOf(OrgAccessError);
    expect(stub.forms).toHaveLength(1);
  });

  test("leads to the instance that the org has moved to", async () => {
    const target = await aStub({ call: (call) => rowsFor(call, [{ Id: "moved" }]) });
    const { stub, org } = await anOrg({
      token: (_, nth) => ({
        json: { access_token: `t${nth}`, instance_url: nth === 1 ? stub.url : target.url },
      }),
      call: () => SESSION_REFUSED,
    });
    expect(await org.composite([QUERY])).toEqual([{ kind: "rows", rows: [{ Id: "moved" }] }]);
    await org.composite([QUERY]);
    expect([stub.calls.length, target.calls.length]).toEqual([1, 2]);
    expect(target.calls.map(({ token }) => token)).toEqual(["t2", "t2"]);
  });

  test("is not carried along a redirect; signing in tells where the org is now", async () => {
    const elsewhere = await aStub({ call: (call) => rowsFor(call) });
    const { stub, org } = await anOrg({
      call: (call, nth) =>
        nth === 1 ? { status: 302, headers: { location: elsewhere.url } } : rowsFor(call),
    });
    await org.composite([QUERY]);
    expect(elsewhere.calls).toHaveLength(0);
    expect(stub.forms).toHaveLength(2);
  });

  test("is dropped with an instance that is gone", async () => {
    const gone = await aStub({ call: (call) => rowsFor(call) });
    const { stub, org } = await anOrg({
      token: (_, nth) => ({
        json: { access_token: `t${nth}`, instance_url: nth === 1 ? gone.url : stub.url },
      }),
      call: (call) => rowsFor(call),
    });
    await org.composite([QUERY]);
    await gone.stop();
    expect(await failureOf(org.composite([QUERY]))).toBeInstanceOf(OrgUnavailableError);
    await org.composite([QUERY]);
    expect(stub.calls).toHaveLength(1);
  });
});

describe("what the org answers", () => {
  test("is asked for in one call, against version 66, long queries in the body", async () => {
    const { stub, org } = await anOrg({ call: (call) => rowsFor(call) });
    const soql = `SELECT Id FROM Lead WHERE Name != '${"x".repeat(30_000)}'`;
    await org.composite([{ soql }, { soql: "SELECT Id FROM Event", all: true }]);
    expect(stub.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /services/data/v66.0/composite",
    ]);
    expect(JSON.parse(stub.calls[0]?.body ?? "")).toEqual({
      allOrNone: false,
      collateSubrequests: false,
      compositeRequest: [
        {
          method: "GET",
          url: `/services/data/v66.0/query?q=${encodeURIComponent(soql)}`,
          referenceId: "q0",
        },
        {
          method: "GET",
          url: "/services/data/v66.0/queryAll?q=SELECT%20Id%20FROM%20Event",
          referenceId: "q1",
        },
      ],
    });
  });

  test("is judged part by part", async () => {
    const { org } = await anOrg({
      call: () => ({
        json: {
          compositeResponse: [
            part("q1", 200, { done: false, records: [1], nextRecordsUrl: NEXT_URL }),
            part("q0", 400, [{ errorCode: "INVALID_FIELD", message: "No such column" }]),
          ],
        },
      }),
    });
    expect(await org.composite([QUERY, QUERY])).toEqual([
      { kind: "refused", status: 400, code: "INVALID_FIELD", message: "No such column" },
      { kind: "rows", rows: [1], nextUrl: NEXT_URL },
    ]);
  });

  test.each<[string, ScriptedAnswer, object]>([
    [
      "the daily limit",
      refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
      pause(300_000),
    ],
    [
      "too many at once",
      refusal(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded."),
      later(5_000),
    ],
    [
      "a limit with a time",
      { ...refusal(429, "REQUEST_LIMIT_EXCEEDED", ""), headers: { "retry-after": "17" } },
      pause(17_000),
    ],
    ["503 in JSON", refusal(503, "SERVER_UNAVAILABLE", "busy"), later()],
    [
      "503 as a page",
      { status: 503, text: "<html>down</html>", headers: { "retry-after": "120" } },
      later(120_000),
    ],
    [
      "503 until a moment",
      {
        status: 503,
        text: "",
        headers: {
          "retry-after": "Mon, 23 Nov 2026 09:00:30 GMT",
          date: "Mon, 23 Nov 2026 09:00:00 GMT",
        },
      },
      later(30_000),
    ],
    ["429", { status: 429, json: {} }, later()],
    ["404 as a page of something in between", { status: 404, text: "<html>lost</html>" }, later()],
    ["a locked row", refusal(400, "UNABLE_TO_LOCK_ROW", ""), later()],
    ["200 with a page", { text: "<html>Login</html>" }, later()],
    [
      "200 with cut JSON",
      { json: undefined, text: '{"compositeResponse":[{"referenceId":"q0","htt' },
      later(),
    ],
    ["200 with other JSON", { json: { compositeResponse: [] } }, later()],
    [
      "200 with rows that are none",
      { json: { compositeResponse: [part("q0", 200, { records: 1 })] } },
      later(),
    ],
    [
      "a next page elsewhere",
      {
        json: {
          compositeResponse: [
            part("q0", 200, { done: false, records: [], nextRecordsUrl: "https://evil.example/" }),
          ],
        },
      },
      later(),
    ],
    ["no answer", { fault: "silent" }, later()],
    ["a torn answer", { fault: "torn", json: { compositeResponse: [] } }, later()],
    ["a reset", { fault: "reset" }, later()],
    ["no API", refusal(403, "API_DISABLED_FOR_ORG", ""), never("ORG_ACCESS_REFUSED")],
    ["no rights", refusal(400, "INSUFFICIENT_ACCESS_OR_READONLY", ""), never("ORG_ACCESS_REFUSED")],
    ["a malformed request", refusal(400, "JSON_PARSER_ERROR", ""), never("ORG_QUERY_REFUSED")],
  ])("means the right thing: %s", async (_, answer, meaning) => {
    const { stub, org } = await anOrg({ call: () => answer }, { timeoutMs: 500 });
    const error = await failureOf(org.composite([QUERY]));
    expect(error).toMatchObject(meaning);
    expect(textOf(error)).not.toMatch(/<html>|token-1|127\.0\.0\.1/);
    // No retry of jsforce's own.
    expect(stub.calls).toHaveLength(1);
  });

  test("has as many parts as were asked for", async () => {
    const { org } = await anOrg({
      call: () => ({
        json: { compositeResponse: [part("q0", 200, { done: true, records: [] })] },
      }),
    });
    expect(await failureOf(org.composite([QUERY, QUERY]))).toBeInstanceOf(OrgUnavailableError);
  });

  test("is not asked for when there is nothing to ask, or too much for one call", async () => {
    const { stub, org } = await anOrg({ call: (call) => rowsFor(call) });
    expect(await org.composite([])).toEqual([]);
    const six = Array.from({ length: 6 }, () => QUERY);
    expect(await failureOf(org.composite(six))).toMatchObject({ name: "RangeError" });
    expect(stub.calls).toHaveLength(0);
  });
});

describe("the API usage", () => {
  test("is what the org said last, also on a refusal, for five minutes", async () => {
    let nowMs = NOW_MS;
    const headers = {
      "sforce-limit-info": "per-app-api-usage=17/250(appName=x); api-usage=12000/15000",
    };
    const { org } = await anOrg(
      { call: () => ({ ...refusal(503, "SERVER_UNAVAILABLE", ""), headers }) },
      { nowMs: () => nowMs },
    );
    expect(org.usage()).toBeUndefined();
    await failureOf(org.composite([QUERY]));
    expect(org.usage()).toEqual({ used: 12_000, limit: 15_000, share: 0.8 });
    nowMs += 300_001;
    expect(org.usage()).toBeUndefined();
  });
});

describe("the shape of the org", () => {
  test("is described once per object; an object that is not there is none", async () => {
    const { stub, org } = await anOrg({
      call: ({ path }) =>
        path.includes("Lead")
          ? { json: { name: "Lead", fields: [{ name: "Id" }, { name: "Day__c", type: "date" }] } }
          : refusal(404, "NOT_FOUND", "The requested resource does not exist"),
    });
    const [lead, none] = await Promise.all([
      org.shape.describe("Lead"),
      org.shape.describe("ServiceAppointment"),
      org.shape.describe("Lead"),
    ]);
    expect(lead?.fields).toEqual(new Set(["Id", "Day__c"]));
    expect(lead?.dayFields).toEqual(new Set(["Day__c"]));
    expect(none).toBeUndefined();
    expect(stub.calls).toHaveLength(2);
  });

  test("is asked for again after a failure, and after hours", async () => {
    let nowMs = NOW_MS;
    const { stub, org } = await anOrg(
      {
        call: (_, nth) =>
          nth === 1 ? { status: 503, text: "" } : { json: { name: "Lead", fields: [] } },
      },
      { nowMs: () => nowMs },
    );
    expect(await failureOf(org.shape.describe("Lead"))).toBeInstanceOf(OrgUnavailableError);
    await org.shape.describe("Lead");
    await org.shape.describe("Lead");
    expect(stub.calls).toHaveLength(2);
    nowMs += 7 * 3_600_000;
    await org.shape.describe("Lead");
    expect(stub.calls).toHaveLength(3);
  });
});

describe("the stub org", () => {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const otherKeys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString();
  const stubs: StubOrg[] = [];
  afterEach(async () => {
    await Promise.all(stubs.splice(0).map((stub) => stub.stop()));
  });

  test("accepts the assertion that is signed with its key, and refuses one that is not", async () => {
    const publicKey = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
    const stub = await startStubOrg({ app: { publicKey } });
    stubs.push(stub);
    const connection = jwtConnection(stub.url, {
      clientId: stub.app.clientId,
      username: stub.app.username,
    });
    const accepted = openOrg(connection, { readKeyFile: async () => pem(keys.privateKey) });
    expect(await accepted.composite([QUERY])).toEqual([{ kind: "rows", rows: [] }]);
    const refused = openOrg(connection, { readKeyFile: async () => pem(otherKeys.privateKey) });
    expect(await failureOf(refused.composite([QUERY]))).toBeInstanceOf(OrgAccessError);
  });

  test("moves its sessions to another instance, and is followed there", async () => {
    const { stub, org } = await startAcmeOrg();
    stubs.push(stub);
    stub.faults.inject({ kind: "other-instance" }, { times: "forever" });
    expect(await org.composite([QUERY])).toEqual([{ kind: "rows", rows: [] }]);
    stub.faults.inject({ kind: "session-expired" });
    expect(await org.composite([QUERY])).toEqual([{ kind: "rows", rows: [] }]);
    expect(stub.calls.count("token")).toBe(2);
  });

  test("refuses every session for ever, and is asked for two more", async () => {
    const { stub, org } = await startAcmeOrg();
    stubs.push(stub);
    stub.faults.inject({ kind: "session-expired" }, { times: "forever" });
    for (let nth = 0; nth < 5; nth += 1) {
      expect(await failureOf(org.composite([QUERY]))).toBeInstanceOf(OrgUnavailableError);
    }
    expect(stub.calls.count("token")).toBe(3);
  });
});

test("a connection without salesforce settings has no org", () => {
  const connection = connectionSchema.parse({ ...BASE });
  expect(() => openOrg(connection)).toThrow(OrgAccessError);
});

const NEXT_URL = "/services/data/v66.0/query/01g000000000001-2000";
const BASE = {
  name: "acme",
  organizationId: "00D5f000004XyZaEAK",
  webhookSecrets: ["a-secret-of-at-least-thirty-two-characters"],
};

async function aStub(script: OrgScript): Promise<ScriptedOrg> {
  const stub = await startScriptedOrg(script);
  started.push(stub);
  return stub;
}

async function anOrg(
  script: OrgScript,
  deps: OrgDeps = {},
): Promise<{ readonly stub: ScriptedOrg; readonly org: Org }> {
  const stub = await aStub(script);
  const salesforce = {
    instanceUrl: stub.url,
    auth: { kind: "client-credentials", clientId: "app", clientSecret: SECRET },
  };
  return { stub, org: openOrg(connectionSchema.parse({ ...BASE, salesforce }), deps) };
}

function jwtConnection(url: string, own: object = {}): Connection {
  const auth = {
    kind: "jwt-bearer",
    clientId: "app",
    username: "bridge@acme.example",
    privateKeyFile: "/keys/acme.pem",
    ...own,
    loginUrl: `${url}/`,
  };
  return connectionSchema.parse({ ...BASE, salesforce: { instanceUrl: url, auth } });
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function noSuchFile(): Error {
  return Object.assign(new Error("no such file"), { code: "ENOENT" });
}

function decoded(part: string): unknown {
  return z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(Buffer.from(part, "base64url").toString()));
}

function part(referenceId: string, httpStatusCode: number, body: unknown) {
  return { referenceId, httpStatusCode, body, httpHeaders: {} };
}

function refusal(status: number, errorCode: string, message: string): ScriptedAnswer {
  return { status, json: [{ errorCode, message }] };
}

function oauthFailure(error: string, description: string): ScriptedAnswer {
  return { status: 400, json: { error, error_description: description } };
}

function pause(retryAfterMs: number) {
  return { name: ApiLimitError.name, code: "ORG_API_LIMIT", retry: "later", retryAfterMs };
}

function later(retryAfterMs?: number) {
  return { code: "ORG_UNAVAILABLE", retry: "later", retryAfterMs };
}

function never(code: string) {
  return {
    code,
    name: code === "ORG_QUERY_REFUSED" ? QueryRefusedError.name : OrgAccessError.name,
    retry: "never",
  };
}
