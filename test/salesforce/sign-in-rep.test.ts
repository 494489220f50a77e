import { createServer, type RequestListener } from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import { connectionSchema } from "../../src/domain/connection.ts";
import type { BegunSignIn } from "../../src/domain/rep-sign-in.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { type RepSignInApp, signInRep, signInRepUrl } from "../../src/salesforce/sign-in-rep.ts";
import { addRep } from "./acme-org.ts";

const REDIRECT_URI = "https://bridge.example.com/rep/sign-in/callback";
const SECRET = "an-invented-consumer-secret";
const ORGANIZATION_ID = "00D5f000004XyZaEAK";

const ended: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(ended.splice(0).map((end) => end()));
});

async function startOrg(): Promise<StubOrg> {
  const org = await startStubOrg({ app: { clientSecret: SECRET, callbackUrls: [REDIRECT_URI] } });
  ended.push(() => org.stop());
  return org;
}

/** A server in place of Salesforce that a test scripts. */
async function startLogin(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => {
    server.once("listening", resolve);
  });
  ended.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

function appOf(instanceUrl: string, own: Readonly<Record<string, string>> = {}): RepSignInApp {
  const clientId = "3MVG9.stub.consumer.key";
  const connection = connectionSchema.parse({
    name: "acme",
    organizationId: ORGANIZATION_ID,
    webhookSecrets: ["a-secret-of-at-least-thirty-two-characters"],
    salesforce: {
      instanceUrl,
      auth: { kind: "client-credentials", clientId, clientSecret: SECRET },
      repSignIn: { clientId, clientSecret: SECRET, ...own },
    },
  });
  return { connection, redirectUri: REDIRECT_URI, timeoutMs: 1_000 };
}

/** Begins a sign-in and has a user approve it; gives the code and the verifier. */
async function approved(org: StubOrg, app: RepSignInApp) {
  const { userId } = addRep(org, "dana@example.com");
  org.store.update(userId, { Username: "dana@example.com" });
  const begun: BegunSignIn | undefined = signInRepUrl(app, "a-state");
  const url = new URL(begun?.url ?? "");
  url.searchParams.set("login_hint", "dana@example.com");
  const { headers } = await fetch(url, { redirect: "manual" });
  const code = new URL(headers.get("location") ?? "").searchParams.get("code") ?? "";
  return { code, codeVerifier: begun?.codeVerifier ?? "", userId };
}

describe("signing a rep in", () => {
  test("takes a code once", async () => {
    const org = await startOrg();
    const app = appOf(org.url);
    const { userId, ...callback } = await approved(org, app);

    expect(await signInRep(app, callback)).toMatchObject({ kind: "signed-in", rep: { userId } });
    expect(await signInRep(app, callback)).toEqual({ kind: "refused", why: "stale" });
  });

  test("needs the verifier that the sign-in was begun with, and draws another each time", async () => {
    const org = await startOrg();
    const app = appOf(org.url);
    const { code } = await approved(org, app);
    const other = signInRepUrl(app, "a-state")?.codeVerifier ?? "";

    expect(other).toMatch(/^[\w-]{43,}$/);
    expect(other).not.toBe(signInRepUrl(app, "a-state")?.codeVerifier);
    expect(await signInRep(app, { code, codeVerifier: other })).toEqual({
      ...{ kind: "refused", why: "stale" },
    });
  });

  test("with another callback URL than the code was drawn for is the app's fault, not the rep's", async () => {
    const org = await startOrg();
    const app = appOf(org.url);
    const callback = await approved(org, app);

    await expect(
      signInRep({ ...app, redirectUri: "https://other.example.com/" }, callback),
    ).rejects.toMatchObject({
      code: "ORG_ACCESS_REFUSED",
      message: expect.stringContaining("redirect_uri_mismatch"),
    });
  });

  test("gives a token that opens no record", async () => {
    const org = await startOrg();
    const app = appOf(org.url);
    const { code, codeVerifier } = await approved(org, app);
    const answer = await fetch(`${org.url}/services/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams({
        ...{ grant_type: "authorization_code", code, code_verifier: codeVerifier },
        ...{ client_id: org.app.clientId, client_secret: SECRET, redirect_uri: REDIRECT_URI },
      }),
    });
    const { access_token: token, scope } = JSON.parse(await answer.text());

    const read = await fetch(`${org.url}/services/data/v66.0/query?q=SELECT+Id+FROM+User`, {
      headers: { authorization: `Bearer ${token}` },
    });

    expect(scope).toBe("openid id");
    expect(read.status).toBe(401);
    expect(await read.text()).toContain("not valid for use with the REST API");
  });
});

describe("an answer that is not Salesforce's", () => {
  const callback = { code: "a-code", codeVerifier: "a-verifier" };

  test("is read up to a limit", async () => {
    let sentBytes = 0;
    const url = await startLogin((_request, response) => {
      const piece = Buffer.alloc(65_536, "x");
      const pour = (): void => {
        while (!response.destroyed && sentBytes < 1e9) {
          sentBytes += piece.length;
          if (!response.write(piece)) {
            response.once("drain", pour);
            return;
          }
        }
      };
      pour();
    });

    await expect(signInRep(appOf(url), callback)).rejects.toMatchObject({
      code: "ORG_UNAVAILABLE",
      message: expect.stringContaining("UND_ERR_RES_EXCEEDED_MAX_SIZE"),
    });
    expect(sentBytes).toBeLessThan(5e7);
  });

  test("that sends us elsewhere is not followed: the secret stays", async () => {
    let isCalled = false;
    const elsewhere = await startLogin((_request, response) => {
      isCalled = true;
      response.end();
    });
    const url = await startLogin((_request, response) => {
      response.writeHead(307, { location: `${elsewhere}/services/oauth2/token` }).end();
    });

    await expect(signInRep(appOf(url), callback)).rejects.toMatchObject({
      code: "ORG_UNAVAILABLE",
    });
    expect(isCalled).toBe(false);
  });

  test("does not choose whom we ask for the profile: the connection does", async () => {
    const asked: string[] = [];
    const elsewhere = await startLogin((_request, response) => {
      asked.push("elsewhere");
      response.end();
    });
    const url = await startLogin((request, response) => {
      asked.push(request.url ?? "");
      const token = { access_token: "a-token", instance_url: elsewhere, id: `${elsewhere}/id/x/y` };
      const profile = { user_id: "005000000000001", organization_id: ORGANIZATION_ID };
      const answer =
        request.method === "POST" ? token : { ...profile, email: "nobody", name: null };
      response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
    });

    expect(await signInRep(appOf(url), callback)).toEqual({
      kind: "signed-in",
      rep: { userId: "005000000000001AAA" },
    });
    expect(asked).toEqual([
      "/services/oauth2/token",
      "/services/oauth2/userinfo",
      "/services/oauth2/revoke",
    ]);
  });

  test.each([
    ["names another organization", { organization_id: "00D000000000001" }],
    ["names no user", { user_id: "003000000000001AAA" }],
  ])("that %s signs nobody in", async (_what, own) => {
    const url = await startLogin((request, response) => {
      const profile = { user_id: "005000000000001", organization_id: ORGANIZATION_ID, ...own };
      const answer = request.method === "POST" ? { access_token: "a-token" } : profile;
      response.end(JSON.stringify(answer));
    });

    const outcome = await signInRep(appOf(url), callback).catch((error: unknown) => error);

    expect([
      { kind: "refused", why: "other-org" },
      expect.objectContaining({ code: "ORG_UNAVAILABLE" }),
    ]).toContainEqual(outcome);
    expect(outcome).not.toMatchObject({ kind: "signed-in" });
  });

  test.each([
    ["cut off", '{"access_token": "a-secret-token'],
    ["malformed", "a-secret-token"],
  ])("that is %s is quoted in no error", async (_what, body) => {
    const url = await startLogin((_request, response) => {
      response.socket?.end(`HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n${body}`);
    });

    const error: unknown = await signInRep(appOf(url), callback).catch((thrown: unknown) => thrown);

    const texts: string[] = [];
    for (let at: unknown = error; at instanceof Error; at = at.cause) {
      texts.push(at.stack ?? "", JSON.stringify(at));
    }
    expect(texts.length).toBeGreaterThan(2);
    for (const secret of ["a-secret-token", SECRET, callback.code, callback.codeVerifier]) {
      expect(texts.join()).not.toContain(secret);
    }
  });
});
