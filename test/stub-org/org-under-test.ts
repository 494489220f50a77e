import { createSign, generateKeyPairSync } from "node:crypto";
import { afterEach } from "@jest/globals";
import { Connection } from "jsforce/lib/core.js";
import { z } from "zod";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import type { StubOrgOptions } from "../../src/local-mode/stub-org/stub-org-options.ts";

/** jsforce asks a proxy even for 127.0.0.1. */
const PROXY_VARIABLES = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"];

const tokenSchema = z.object({ access_token: z.string() });

/** The API version the tests speak. */
export const VERSION = "66.0";

// The keys of the app that signs in with a JWT.
const KEYS = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

/** Starts orgs that end with the test they were started in; call once at the top of a file. */
export function stubOrgs() {
  for (const name of PROXY_VARIABLES) {
    delete process.env[name];
  }
  const running: StubOrg[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((org) => org.stop()));
  });
  return async (options: StubOrgOptions = {}): Promise<StubOrg> => {
    const org = await startStubOrg({
      ...options,
      app: { publicKey: KEYS.publicKey, ...options.app },
    });
    running.push(org);
    return org;
  };
}

/** A jsforce connection that signs in by itself with client credentials, and again after a 401. */
export function connect(org: StubOrg, own: { readonly maxRefreshes?: number } = {}): Connection {
  let refreshes = 0;
  return new Connection({
    instanceUrl: org.url,
    loginUrl: org.url,
    oauth2: { loginUrl: org.url, clientId: org.app.clientId, clientSecret: org.app.clientSecret },
    version: VERSION,
    refreshFn: (connection, callback) => {
      refreshes += 1;
      if (refreshes > (own.maxRefreshes ?? 3)) {
        callback(new Error("refreshed too often"));
        return;
      }
      connection
        .authorize({ grant_type: "client_credentials" })
        .then(() => callback(null, connection.accessToken ?? undefined))
        .catch((error: Error) => callback(error));
    },
  });
}

/** Gets an access token with plain HTTP. */
export async function tokenOf(org: StubOrg): Promise<string> {
  const answer = await postToken(org, {
    grant_type: "client_credentials",
    client_id: org.app.clientId,
    client_secret: org.app.clientSecret,
  });
  return tokenSchema.parse(await answer.json()).access_token;
}

/** Posts a form to the token endpoint. */
export function postToken(
  org: StubOrg,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${org.url}/services/oauth2/token`, {
    method: "POST",
    headers,
    body: new URLSearchParams(form),
  });
}

/** Calls the API below the version with plain HTTP and a token. */
export async function callApi(
  org: StubOrg,
  path: string,
  init: { readonly method?: string; readonly body?: unknown; readonly version?: string } = {},
  // biome-ignore lint/suspicious/noExplicitAny: answers are judged by what the tests expect of them
): Promise<{ status: number; headers: Headers; body: any }> {
  const answer = await fetch(`${org.url}/services/data/v${init.version ?? VERSION}${path}`, {
    method: init.method ?? "GET",
    headers: {
      authorization: `Bearer ${await tokenOf(org)}`,
      ...(init.body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

/** Runs a query with plain HTTP. */
export function ask(org: StubOrg, soql: string, version: string = VERSION) {
  return callApi(org, `/query?q=${encodeURIComponent(soql)}`, { version });
}

/** Signs an assertion with the claims of the org's app, but for what a test changes. */
export function assertionFor(
  org: StubOrg,
  own: Record<string, unknown> = {},
  privateKey: string = KEYS.privateKey,
): string {
  const claims = {
    iss: org.app.clientId,
    sub: org.app.username,
    aud: org.url,
    exp: Math.floor(Date.now() / 1000) + 180,
    ...own,
  };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const signed = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url")}`;
}
