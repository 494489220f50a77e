import { createHash, randomBytes } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { addRep } from "../../src/local-mode/stub-org/seed/demo-people.ts";
import type { StubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import type { StubOrgOptions } from "../../src/local-mode/stub-org/stub-org-options.ts";
import { postToken, stubOrgs } from "./org-under-test.ts";

const CALLBACK = "https://bridge.example.com/back?kept=1";
const VERIFIER = randomBytes(32).toString("base64url");
const start = stubOrgs();

async function startOrg(own: StubOrgOptions = {}) {
  const org = await start({ ...own, app: { callbackUrls: [CALLBACK] } });
  return { org, dana: addRep(org.store, "Dana", "Reed") };
}

/** Asks for a code as Dana, who has a session, but for what a test changes. */
function authorize(org: StubOrg, own: Readonly<Record<string, string>> = {}): Promise<Response> {
  const query = new URLSearchParams({
    ...{ response_type: "code", client_id: org.app.clientId, redirect_uri: CALLBACK },
    ...{ scope: "openid id", state: "a state", login_hint: "dana@example.com" },
    code_challenge: createHash("sha256").update(VERIFIER).digest("base64url"),
    code_challenge_method: "S256",
    ...own,
  });
  return fetch(`${org.url}/services/oauth2/authorize?${query}`, { redirect: "manual" });
}

async function codeOf(org: StubOrg, own: Readonly<Record<string, string>> = {}): Promise<string> {
  const { headers } = await authorize(org, own);
  return new URL(headers.get("location") ?? "").searchParams.get("code") ?? "";
}

function exchange(org: StubOrg, code: string, own: Readonly<Record<string, string>> = {}) {
  return postToken(org, {
    ...{ grant_type: "authorization_code", code, redirect_uri: CALLBACK, code_verifier: VERIFIER },
    ...{ client_id: org.app.clientId, client_secret: org.app.clientSecret },
    ...own,
  });
}

describe("asking a user for approval", () => {
  test("sends the browser back with a code and the state, the callback's own query kept", async () => {
    const { org } = await startOrg();

    const answer = await authorize(org);

    expect(answer.status).toBe(302);
    const back = new URL(answer.headers.get("location") ?? "");
    expect(Object.fromEntries(back.searchParams)).toEqual({
      kept: "1",
      state: "a state",
      code: expect.stringMatching(/^aPrx[\w-]{43}$/),
    });
    expect(org.calls.count("authorize")).toBe(1);
    expect(org.calls.dataCalls).toBe(0);
  });

  test("shows the active users when nobody is signed in, and no markup of the query", async () => {
    const { org, dana } = await startOrg();
    org.store.update(addRep(org.store, "Milo", "Hart").userId, { IsActive: false });

    const page = await (await authorize(org, { login_hint: "", state: '"><script>' })).text();

    expect(page).toContain(dana.name);
    expect(page).not.toContain("Milo Hart");
    expect(page).not.toContain("<script>");
  });

  test.each([
    ["another app", { client_id: "other" }, "error=invalid_client_id"],
    ["another callback", { redirect_uri: `${CALLBACK}&x=1` }, "error=redirect_uri_mismatch"],
  ])("%s is refused on a page, never at the callback", async (_what, own, text) => {
    const { org } = await startOrg();

    const answer = await authorize(org, own);

    expect(answer.status).toBe(400);
    expect(answer.headers.get("location")).toBeNull();
    expect(await answer.text()).toContain(text);
  });

  test.each([
    ["another response type", { response_type: "token" }, "unsupported_response_type"],
    ["a plain challenge", { code_challenge_method: "plain" }, "invalid_request"],
  ])("%s is told to the callback", async (_what, own, error) => {
    const { org } = await startOrg();

    const answer = await authorize(org, own);

    const back = new URL(answer.headers.get("location") ?? "");
    expect(back.searchParams.get("error")).toBe(error);
    expect(back.searchParams.get("code")).toBeNull();
  });
});

describe("exchanging a code", () => {
  test("gives a session of the user, who is told by userinfo and by the identity URL", async () => {
    const { org, dana } = await startOrg();

    const token = JSON.parse(await (await exchange(org, await codeOf(org))).text());

    const headers = { authorization: `Bearer ${token.access_token}` };
    const ask = async (url: string) => JSON.parse(await (await fetch(url, { headers })).text());
    expect(token).toMatchObject({
      scope: "openid id",
      id: `${org.url}/id/${org.organizationId}/${dana.userId}`,
    });
    const who = { user_id: dana.userId, organization_id: org.organizationId, active: true };
    expect(await ask(`${org.url}/services/oauth2/userinfo`)).toMatchObject({
      ...who,
      ...{ email: dana.email, name: dana.name, zoneinfo: "America/New_York" },
    });
    expect(await ask(token.id)).toMatchObject({ ...who, username: dana.email });
  });

  test.each([
    ["another verifier", { code_verifier: "x" }, "invalid_grant", "invalid code verifier"],
    [
      "another callback",
      { redirect_uri: "https://bridge.example.com/" },
      "redirect_uri_mismatch",
      "redirect_uri must match configuration",
    ],
    ["another secret", { client_secret: "x" }, "invalid_client", "invalid client credentials"],
    ["another code", { code: "x" }, "invalid_grant", "expired authorization code"],
  ])("with %s is refused", async (_what, own, ...[error, description]) => {
    const { org } = await startOrg();

    const answer = await exchange(org, await codeOf(org), own);

    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error, error_description: description });
  });

  test("works once, within ten minutes, for an active user", async () => {
    let nowMs = Date.now();
    const { org, dana } = await startOrg({ tokenNowMs: () => nowMs });
    const code = await codeOf(org);
    expect((await exchange(org, code)).status).toBe(200);
    expect((await exchange(org, code)).status).toBe(400);

    const late = await codeOf(org);
    nowMs += 600_000;
    expect(await (await exchange(org, late)).text()).toContain("expired authorization code");

    const last = await codeOf(org);
    org.store.update(dana.userId, { IsActive: false });
    expect(await (await exchange(org, last)).text()).toContain("inactive_user");
  });

  test("without openid among the scopes gives a session that userinfo refuses", async () => {
    const { org } = await startOrg();
    const token = JSON.parse(
      await (await exchange(org, await codeOf(org, { scope: "id" }))).text(),
    );

    const answer = await fetch(`${org.url}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${token.access_token}` },
    });

    expect(answer.status).toBe(403);
  });
});
