import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { Connection } from "jsforce/lib/core.js";
import { assertionFor, connect, postToken, stubOrgs, VERSION } from "./org-under-test.ts";

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const start = stubOrgs();

describe("signing in with client credentials", () => {
  test("gives jsforce a session, an instance and the ids of org and user", async () => {
    const org = await start();
    const connection = connect(org);

    await connection.authorize({ grant_type: "client_credentials" });

    expect(connection.instanceUrl).toBe(org.url);
    expect(connection.userInfo).toMatchObject({
      id: org.userId,
      organizationId: org.organizationId,
    });
    expect(org.userId).toMatch(/^005\w{15}$/);
    expect((await connection.query("SELECT Id FROM Organization")).records).toMatchObject([
      { Id: org.organizationId },
    ]);
  });

  test("takes the pair from a Basic header too", async () => {
    const org = await start();
    const basic = Buffer.from(`${org.app.clientId}:${org.app.clientSecret}`).toString("base64");

    const answer = await postToken(
      org,
      { grant_type: "client_credentials" },
      { authorization: `Basic ${basic}` },
    );

    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      access_token: expect.stringMatching(/^00D\w{12}!/),
      instance_url: org.url,
      id: `${org.url}/id/${org.organizationId}/${org.userId}`,
      scope: "api",
      token_type: "Bearer",
      issued_at: expect.stringMatching(/^\d{13}$/),
      signature: expect.any(String),
    });
  });

  test.each([
    ["another id", { client_id: "other" }, "invalid_client_id", "client identifier invalid"],
    ["another secret", { client_secret: "x" }, "invalid_client", "invalid client credentials"],
    [
      "another grant",
      { grant_type: "password" },
      "unsupported_grant_type",
      "grant type not supported",
    ],
  ])("refuses %s", async (_what, own, ...[error, description]) => {
    const org = await start();
    const { clientId, clientSecret } = org.app;
    const form = {
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
    };

    const answer = await postToken(org, { ...form, ...own });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error, error_description: description });
  });

  test("is refused while the app has no user to run as", async () => {
    const org = await start({ app: { hasClientCredentialsUser: false } });

    await expect(
      connect(org).authorize({ grant_type: "client_credentials" }),
    ).rejects.toMatchObject({
      name: "invalid_grant",
      message: "no client credentials user enabled",
    });
  });
});

describe("signing in with a JWT", () => {
  test("gives jsforce a session", async () => {
    const org = await start();
    const connection = new Connection({ loginUrl: org.url, version: VERSION });

    await connection.authorize({ grant_type: JWT_BEARER, assertion: assertionFor(org) });

    expect((await connection.query("SELECT COUNT() FROM User")).totalSize).toBe(1);
  });

  test.each([
    ["another issuer", { iss: "other" }, "invalid_client_id", "client identifier invalid"],
    [
      "another audience",
      { aud: "https://other.example.com" },
      "invalid_grant",
      "Audience validation failed",
    ],
    [
      "another user",
      { sub: "other@example.com" },
      "invalid_grant",
      "user hasn't approved this consumer",
    ],
    [
      "a time that is over",
      { exp: 1_600_000_000 },
      "invalid_grant",
      "expired access/refresh token",
    ],
    [
      "more than five minutes",
      { exp: Math.floor(Date.now() / 1000) + 400 },
      "invalid_grant",
      "invalid assertion",
    ],
    ["no time", { exp: undefined }, "invalid_grant", "invalid assertion"],
  ])("refuses %s", async (_what, claims, ...[name, message]) => {
    const org = await start();
    const connection = new Connection({ loginUrl: org.url, version: VERSION });

    const signIn = connection.authorize({
      grant_type: JWT_BEARER,
      assertion: assertionFor(org, claims),
    });

    await expect(signIn).rejects.toMatchObject({ name, message });
  });

  test("refuses what another key signed", async () => {
    const org = await start();
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });

    const answer = await postToken(org, {
      grant_type: JWT_BEARER,
      assertion: assertionFor(org, {}, privateKey),
    });

    expect(await answer.json()).toMatchObject({ error_description: "invalid assertion" });
  });

  test("takes Salesforce's own login hosts as audience, and refuses a user who is not approved", async () => {
    const org = await start({ app: { isUserApproved: false } });

    const answer = await postToken(org, {
      grant_type: JWT_BEARER,
      assertion: assertionFor(org, { aud: "https://login.salesforce.com" }),
    });

    expect(await answer.json()).toMatchObject({
      error_description: "user hasn't approved this consumer",
    });
  });
});

describe("a session", () => {
  test("that ended is renewed by jsforce once, and the call goes through", async () => {
    const org = await start();
    const connection = connect(org);
    await connection.query("SELECT Id FROM User");
    org.sessions.endAll();
    org.calls.reset();

    const found = await connection.query("SELECT Id FROM User");

    expect(found.totalSize).toBe(1);
    expect(org.calls.entries.map(({ kind, status }) => [kind, status])).toEqual([
      ["query", 401],
      ["token", 200],
      ["query", 200],
    ]);
  });

  test("shared by parallel calls is renewed once for all of them", async () => {
    const org = await start();
    const connection = connect(org);
    await connection.query("SELECT Id FROM User");
    org.sessions.endAll();
    org.calls.reset();

    await Promise.all(Array.from({ length: 10 }, () => connection.query("SELECT Id FROM User")));

    expect(org.calls.count("token")).toBe(1);
  });

  test("that is refused again and again lets jsforce refresh without an end", async () => {
    const org = await start();
    org.faults.inject({ kind: "session-expired" }, { times: "forever" });

    await expect(connect(org, { maxRefreshes: 5 }).query("SELECT Id FROM User")).rejects.toThrow(
      "refreshed too often",
    );

    expect(org.calls.count("token")).toBe(5);
  });

  test("on another instance counts there only", async () => {
    const org = await start();
    org.faults.inject({ kind: "other-instance" });
    const connection = connect(org);

    await connection.authorize({ grant_type: "client_credentials" });

    expect(connection.instanceUrl).toBe(org.otherUrl);
    expect((await connection.query("SELECT Id FROM User")).totalSize).toBe(1);
    const there = await fetch(`${org.url}/services/data/v66.0/limits`, {
      headers: { authorization: `Bearer ${connection.accessToken}` },
    });
    expect(there.status).toBe(401);
    expect(await there.json()).toEqual([
      { message: "Session expired or invalid", errorCode: "INVALID_SESSION_ID" },
    ]);
  });

  test("can be revoked, and tells who it belongs to", async () => {
    const org = await start();
    const connection = connect(org);
    await connection.authorize({ grant_type: "client_credentials" });

    expect(await connection.identity()).toMatchObject({ user_id: org.userId });
    await connection.oauth2.revokeToken(connection.accessToken ?? "");

    expect(org.sessions.isValid(connection.accessToken ?? "", org.url)).toBe(false);
  });
});
